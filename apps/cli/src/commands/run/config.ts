import { dirname, resolve } from 'node:path'
import { statfs } from 'node:fs/promises'

import { configured, configuredStore, withoutPassword } from '../../configuration.ts'
import { EXIT } from '../../exit.ts'
import { columns } from '../../format.ts'
import { openConfiguredStore } from '../../open-store.ts'
import type { Services } from '../../services.ts'
import { ALL_SETTINGS, type Setting, textOf } from '../../settings.ts'
import type { ConfigFlags } from '../config.ts'
import { type Check, Checklist, printChecks } from './checklist.ts'

const MIB = 1024 * 1024
/** Room for months of one instrument. */
const NEEDED_MIB = 200

/** A setting for people and machines. */
interface ShownSetting {
  readonly name: string
  readonly value: string | null
  readonly from: 'environment' | 'file' | 'default'
  readonly about: string
}

/** Prints every setting with its value and where it comes from. */
export function showConfig(flags: ConfigFlags, services: Services): Promise<number> {
  const { terminal } = services
  const settings = ALL_SETTINGS.map((setting) => shown(setting, services))
  if (flags.json === true) terminal.out(JSON.stringify(settings))
  else {
    const rows = settings.map(({ name, value, from, about }) => [name, value ?? '–', `(${from})`, about])
    for (const line of columns(rows)) terminal.out(line)
  }
  return Promise.resolve(EXIT.fine)
}

/** Checks every setting, the store and the disk under it. */
export async function verifyConfig(flags: ConfigFlags, services: Services): Promise<number> {
  const checklist = new Checklist(services)
  for (const setting of ALL_SETTINGS) {
    await checklist.look(setting.name, () => {
      configured(setting, services.env)
      return Promise.resolve(shown(setting, services).value ?? 'not set')
    })
  }
  await checklist.look('store', async () => {
    await using store = await openConfiguredStore(configuredStore({}, services.env), { clock: services.clock })
    await store.probe()
    const { version } = await store.schema()
    return `${store.location}: schema ${version}, written and read back`
  })
  await checklist.look('disk', async () => await freeSpace(configuredStore({}, services.env)))
  const checks: readonly Check[] = checklist.checks
  const ok = checks.every((check) => check.ok)
  if (flags.json === true) services.terminal.out(JSON.stringify({ ok, checks }))
  else printChecks(checks, services.terminal)
  return ok ? EXIT.fine : EXIT.no
}

function shown(setting: Setting<unknown>, { env, envFile }: Services): ShownSetting {
  const { name, about, fallback, secret } = setting
  const text = textOf(setting, env)
  const from = text === undefined ? 'default' : envFile.has(name) ? 'file' : 'environment'
  const value = text ?? fallback ?? null
  return { name, value: value === null ? null : secret === true ? '•••' : withoutPassword(value), from, about }
}

/** The room left beside a store's file; a server looks after its own. */
async function freeSpace(url: string): Promise<string> {
  if (!/^sqlite:/i.test(url)) return 'the store is on a server'
  const folder = dirname(resolve(url.replace(/^sqlite:/i, '')))
  const { bavail, bsize } = await statfs(folder)
  const free = Math.floor((bavail * bsize) / MIB)
  if (free < NEEDED_MIB) throw new Error(`${free} MiB free in ${folder}, expected at least ${NEEDED_MIB} MiB`)
  return `${free.toLocaleString('en-US')} MiB free in ${folder}`
}
