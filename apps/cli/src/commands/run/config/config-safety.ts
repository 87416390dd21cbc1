import { stat } from 'node:fs/promises'
import process from 'node:process'

import { configuredStore, withoutPassword } from '../../../configuration.ts'
import type { Services } from '../../../services.ts'
import { ALL_SETTINGS, type Environment, SETTINGS, textOf } from '../../../settings.ts'
import { UsageError } from '../../../usage-error.ts'
import type { VerifyFlags } from '../../config.ts'
import type { Checklist, Warning } from '../health/checklist.ts'

/** Rights of others, and of the group to write. */
const TOO_OPEN = 0o027
const OTHERS = 0o007

/** The mode of a PostgreSQL connection without encryption; our own client encrypts in any other. */
const PLAIN_MODE = 'disable'

/** Whether secrets are kept: the rights of the file that holds them, encryption on the way. */
export async function checkSafety(flags: VerifyFlags, { env }: Services, checklist: Checklist): Promise<void> {
  const { envFile } = flags
  if (envFile !== undefined) await checklist.look('env file', () => rightsOf(envFile))
  await checklist.look('encryption', () => Promise.resolve(encryptionOf(env)))
}

/** The rights of a file with secrets: its owner's, and the reading of a group that the service belongs to. */
async function rightsOf(file: string): Promise<string> {
  const { mode } = await stat(file)
  const rights = (mode & 0o777).toString(8).padStart(4, '0')
  if (process.platform === 'win32' || (mode & TOO_OPEN) === 0) return `${file}: ${rights}`
  const who = (mode & OTHERS) === 0 ? 'its group may write it' : 'everybody on this machine may open it'
  throw new UsageError(`${file} has the rights ${rights}: ${who}, expected 0600 or 0640.`, `Run chmod 600 ${file}.`)
}

/** Whether every address that is not on this machine is encrypted. Throws a `UsageError` for the first that is not. */
function encryptionOf(env: Environment): string | Warning {
  const settings = ALL_SETTINGS.map((setting) => ({ name: setting.name, text: textOf(setting, env) ?? '' }))
  const all = [{ name: SETTINGS.store.name, text: storeOf(env) }, ...settings].map(({ name, text }) => ({
    name,
    url: URL.parse(text.replace(/^supabase:/i, '')),
  }))
  const remote = all.flatMap(({ name, url }) => (url === null || !isAddress(url) || isHere(url) ? [] : [{ name, url }]))
  for (const { name, url } of remote) {
    if (!isPlain(url)) continue
    const found = withoutPassword(`${url.protocol}//${url.host}`)
    const isDatabase = url.protocol.startsWith('postgres')
    throw new UsageError(
      `${name} goes to ${found} without encryption, expected ${isDatabase ? 'sslmode=verify-full' : 'https://'}.`,
      isDatabase ? 'Add ?sslmode=verify-full, or leave sslmode out.' : 'Write it with https://.',
    )
  }
  const names = [...new Set(remote.map(({ name }) => name))]
  return names.length === 0 ? 'no address outside this machine is set' : `${names.join(', ')}: encrypted`
}

/** The store that counts; what is wrong with it is said elsewhere. */
function storeOf(env: Environment): string {
  try {
    return configuredStore({}, env)
  } catch {
    return ''
  }
}

function isAddress({ protocol }: URL): boolean {
  return /^(https?|postgres(ql)?):$/.test(protocol)
}

function isHere({ hostname }: URL): boolean {
  return hostname === '' || /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)
}

function isPlain({ protocol, searchParams }: URL): boolean {
  if (protocol.startsWith('postgres')) return searchParams.get('sslmode') === PLAIN_MODE
  return protocol === 'http:'
}
