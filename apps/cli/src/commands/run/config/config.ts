import { configured, configuredStore, withoutPassword } from '../../../configuration.ts'
import { EXIT } from '../../../exit.ts'
import { columns } from '../../../format.ts'
import type { Services } from '../../../services.ts'
import { ALL_SETTINGS, type Environment, type Setting, SETTINGS, textOf } from '../../../settings.ts'
import { UsageError } from '../../../usage-error.ts'
import type { ConfigFlags, VerifyFlags } from '../../config.ts'
import { checkStore } from '../health/check-store.ts'
import { type Check, Checklist, printChecks } from '../health/checklist.ts'
import { checkMachine } from './config-machine.ts'
import { checkReadiness, MANUAL_STEPS } from './config-readiness.ts'
import { checkSafety } from './config-safety.ts'

/** A setting for people and machines. */
interface ShownSetting {
  readonly name: string
  readonly value: string | null
  /** `environment`, `file`, `default`, or the name of the variable that decides in its place. */
  readonly from: string
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

/** Goes through the production checklist: what can be checked here is checked, the rest is said to be for people. */
export async function verifyConfig(flags: VerifyFlags, services: Services): Promise<number> {
  const { env, terminal } = services
  const checklist = new Checklist(services)
  for (const setting of ALL_SETTINGS) {
    await checklist.look(setting.name, async () => {
      configured(setting, env)
      const { value } = shown(setting, services)
      if (value === null) return 'not set'
      return setting === SETTINGS.supabaseKey ? `${value} ${await writingKey(env)}` : value
    })
  }
  await checkSafety(flags, services, checklist)
  await checkStore({ url: () => configuredStore({}, env) }, services, checklist)
  await checkMachine(flags, services, checklist)
  await checkReadiness(flags, services, checklist)
  for (const { name, ...step } of MANUAL_STEPS) await checklist.look(name, () => Promise.resolve(step))
  const checks: readonly Check[] = checklist.checks
  const ok = checks.every((check) => check.ok)
  if (flags.json === true) terminal.out(JSON.stringify({ ok, checks }))
  else {
    printChecks(checks, terminal)
    terminal.out(`\n${tally(checks)}`)
  }
  return ok ? EXIT.fine : EXIT.no
}

function tally(checks: readonly Check[]): string {
  const manual = checks.filter((check) => check.manual === true).length
  const failed = checks.filter((check) => !check.ok).length
  const warned = checks.filter((check) => check.warning === true).length
  const good = checks.length - manual - failed - warned
  return `${good} good, ${warned} to look at, ${failed} failed, ${manual} for people`
}

function shown(setting: Setting<unknown>, { env, envFile }: Services): ShownSetting {
  const { name, about, fallback, secret } = setting
  const text = textOf(setting, env)
  const elsewhere = text === undefined && setting === SETTINGS.store ? storeFromElsewhere(env) : undefined
  if (elsewhere !== undefined) return { name, ...elsewhere, about }
  const from = text === undefined ? 'default' : envFile.has(name) ? 'file' : 'environment'
  const value = text ?? fallback ?? null
  return { name, value: value === null ? null : secret === true ? '•••' : withoutPassword(value), from, about }
}

/** The store, where another variable names it. */
function storeFromElsewhere(env: Environment): Pick<ShownSetting, 'value' | 'from'> | undefined {
  for (const by of ['supabaseUrl', 'databaseUrl'] as const) {
    const text = textOf(SETTINGS[by], env)
    const prefix = by === 'supabaseUrl' ? 'supabase:' : ''
    if (text !== undefined) return { value: withoutPassword(prefix + text), from: SETTINGS[by].name }
  }
  return undefined
}

/** What kind of key is set. Throws for one that cannot write. */
async function writingKey(env: Environment): Promise<string> {
  const { roleOfKey } = await import('@openpredict/store/supabase')
  const role = roleOfKey(textOf(SETTINGS.supabaseKey, env) ?? '')
  if (role === undefined) return '(a key of unknown kind)'
  if (role === 'service_role' || role === 'secret') return `(${role})`
  throw new UsageError(
    `SUPABASE_KEY is ${role === 'publishable' ? 'a' : 'an'} ${role} key, which cannot write: expected ${SETTINGS.supabaseKey.expected}.`,
    'Take the other key from API keys in the settings of the project, and keep it secret.',
  )
}
