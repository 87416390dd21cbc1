import { execFile } from 'node:child_process'
import { access, constants, readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'

import { configured } from '../../../configuration.ts'
import type { Services } from '../../../services.ts'
import { SETTINGS } from '../../../settings.ts'
import { UsageError } from '../../../usage-error.ts'
import type { VerifyFlags } from '../../config.ts'
import type { Checklist, ManualStep, Warning } from '../health/checklist.ts'

/** As package.json says: `node:sqlite` and what else is used. */
const LEAST_NODE = [22, 18] as const
const ASK_MS = 2_000

/** What the machine must have: Node.js, a clock that is set, a log that can be written and does not grow for ever. */
export async function checkMachine(flags: VerifyFlags, { env }: Services, checklist: Checklist): Promise<void> {
  await checklist.look('node', () => Promise.resolve(nodeVersion(process.versions.node)))
  await checklist.look('time', timeState)
  let log: string | undefined
  await checklist.look('log file', async () => {
    log = configured(SETTINGS.logFile, env)
    return log === undefined ? 'none: the log goes to standard output' : await writable(log)
  })
  const file = log
  await checklist.look('log rotation', async () =>
    file === undefined ? OTHERS_ROTATE : await rotation(file, flags.logrotate),
  )
}

const OTHERS_ROTATE: ManualStep = {
  manual: true,
  message: 'whoever takes standard output has to limit what it keeps',
  hint: 'journalctl --disk-usage; or set LOG_FILE, with deploy/logrotate/openpredict',
}

function nodeVersion(found: string): string {
  const [major = 0, minor = 0] = found.split('.').map(Number)
  const [least, leastMinor] = LEAST_NODE
  if (major > least || (major === least && minor >= leastMinor)) return `Node.js ${found}`
  throw new UsageError(`Node.js is ${found}: expected ${LEAST_NODE.join('.')} or newer.`, 'Install Node.js 24 LTS.')
}

/** Whether the kernel says that its clock is kept by somebody. */
async function timeState(): Promise<string | Warning | ManualStep> {
  const args = ['show', '--property=NTPSynchronized', '--value']
  const answer = await promisify(execFile)('timedatectl', args, { timeout: ASK_MS }).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  )
  if (answer === 'yes') return 'the clock of this machine is synchronised'
  if (answer === 'no') {
    const hint = 'timedatectl set-ntp true. Where the host of a virtual machine sets it, this is as it should be.'
    return { message: 'nobody says that the clock of this machine is synchronised', hint, code: 'clock-unsynchronised' }
  }
  return {
    manual: true,
    message: 'the clock of this machine has to be synchronised',
    hint: 'timedatectl, or chronyc tracking',
  }
}

async function writable(log: string): Promise<string> {
  const folder = dirname(resolve(log))
  const found = await stat(log).catch(() => undefined)
  if (found?.isDirectory() === true)
    throw new UsageError(`LOG_FILE ${log} is a folder.`, 'Give the name of a file in it.')
  try {
    // Also for a new file after the old one was moved away.
    await access(folder, constants.W_OK | constants.X_OK)
    if (found !== undefined) await access(log, constants.W_OK)
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    const hint = 'Make the folder, and give the user that collects the right to write there.'
    throw new UsageError(`LOG_FILE ${log} cannot be written (${code}).`, hint)
  }
  return log
}

/** The configuration of logrotate that names a log. Throws a `UsageError` when none does. */
async function rotation(log: string, folder: string): Promise<string> {
  const path = resolve(log)
  const names: readonly string[] = await readdir(folder).catch(() => [])
  for (const name of names) {
    const text = await readFile(join(folder, name), 'utf8').catch(() => '')
    if (patternsOf(text).some((pattern) => pattern.test(path))) return `${path} by ${join(folder, name)}`
  }
  throw new UsageError(
    `nothing in ${folder} rotates ${path}.`,
    'Copy deploy/logrotate/openpredict there, or name the folder with --logrotate.',
  )
}

/** The files that a configuration of logrotate is about: paths with `*`, `?` and `[…]` before each brace. */
function patternsOf(text: string): readonly RegExp[] {
  const outside = text.replaceAll(/#.*$/gm, '').replaceAll(/\{[^}]*\}/g, '\n')
  return [...outside.matchAll(/"(\/[^"]+)"|(\/\S+)/g)].map(([, quoted, plain]) => {
    const glob = quoted ?? plain ?? ''
    const source = glob
      .replaceAll(/[.+^${}()|\\]/g, String.raw`\$&`)
      .replaceAll('*', '[^/]*')
      .replaceAll('?', '[^/]')
    return new RegExp(`^${source}$`)
  })
}
