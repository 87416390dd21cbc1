import { type Instrument, instrumentOf } from '@openpredict/market'

import { type Environment, type Setting, SETTINGS, textOf } from './settings.ts'
import { UsageError } from './usage-error.ts'

/** The instruments to work on: flags first, then INSTRUMENT (a comma between several), then NQ=F. Doubles count once. */
export function configuredInstruments(
  flags: { readonly symbol?: readonly string[]; readonly instrument?: readonly string[] },
  env: Environment,
): readonly Instrument[] {
  const named = [...(flags.symbol ?? []), ...(flags.instrument ?? [])]
  const all = named.length > 0 ? named.map(instrumentOf) : (configured(SETTINGS.instruments, env) ?? [])
  return [...new Map(all.map((instrument) => [instrument.symbol, instrument])).values()]
}

/** The one instrument to work on. */
export function configuredInstrument(
  flags: { readonly symbol?: string; readonly instrument?: string },
  env: Environment,
): Instrument {
  const named = flags.symbol ?? flags.instrument
  if (named !== undefined) return instrumentOf(named)
  const [first, ...more] = configuredInstruments({}, env)
  if (first !== undefined && more.length === 0) return first
  throw new UsageError(
    `${SETTINGS.instruments.name} names ${more.length + 1} instruments, this command works on one.`,
    'Name it with --symbol.',
  )
}

/**
 * The URL of the store: flag, then OPENPREDICT_STORE, then SUPABASE_URL, then DATABASE_URL, then a file in the current
 * folder. Throws a `UsageError` for the key of a Supabase project that is not named.
 */
export function configuredStore(flags: { readonly store?: string }, env: Environment): string {
  if (flags.store !== undefined) return flags.store
  if (textOf(SETTINGS.store, env) !== undefined) return configured(SETTINGS.store, env) ?? ''
  const project = configured(SETTINGS.supabaseUrl, env)
  if (project !== undefined) return `supabase:${project}`
  if (textOf(SETTINGS.supabaseKey, env) !== undefined) {
    throw new UsageError(
      'SUPABASE_KEY is set and SUPABASE_URL is not: expected both, or neither.',
      'Set SUPABASE_URL to https://PROJECT.supabase.co, or take SUPABASE_KEY away.',
    )
  }
  return configured(SETTINGS.databaseUrl, env) ?? configured(SETTINGS.store, env) ?? ''
}

/** What opening a store takes beside its URL: the key, for a Supabase project. Throws a `UsageError` without one. */
export function storeKey(url: string, env: Environment): { readonly supabaseKey?: string } {
  if (!/^supabase:/i.test(url)) return {}
  const supabaseKey = configured(SETTINGS.supabaseKey, env)
  if (supabaseKey !== undefined) return { supabaseKey }
  throw new UsageError(
    'SUPABASE_KEY is not set: a Supabase project (SUPABASE_URL, or supabase:URL as the store) is opened with its key.',
    'Set SUPABASE_KEY to a secret key (sb_secret_…) or the service_role key: see API keys in the settings of the project.',
  )
}

/** The file from which rows are delivered to a remote store: flag, then OPENPREDICT_MIRROR, then one in this folder. */
export function configuredMirror(flags: { readonly mirror?: string }, env: Environment): string {
  return flags.mirror ?? configured(SETTINGS.mirror, env) ?? ''
}

/** Seconds between cycles: flag, then FETCH_INTERVAL_SECONDS, then 60. */
export function configuredInterval(flags: { readonly interval?: number }, env: Environment): number {
  return flags.interval ?? configured(SETTINGS.intervalSeconds, env) ?? 60
}

/** Days of coarser bars that a cold start asks for: WARM_UP_DAYS, then 60. */
export function configuredWarmUp(env: Environment): number {
  return configured(SETTINGS.warmUpDays, env) ?? 60
}

/** The address to ask in place of Yahoo's, if one is set. */
export function configuredYahooUrl(env: Environment): string | undefined {
  return configured(SETTINGS.yahooUrl, env)
}

/** The value of a setting, or its fallback. Throws a `UsageError` for one that cannot be right. */
export function configured<T>(setting: Setting<T>, env: Environment): T | undefined {
  const text = textOf(setting, env) ?? setting.fallback
  if (text === undefined) return undefined
  try {
    const value = setting.parse(text)
    if (value !== undefined) return value
  } catch {
    // The message below says more: it names the variable.
  }
  const found = setting.secret === true ? 'something else' : `"${withoutPassword(text)}"`
  throw new UsageError(
    `${setting.name} is ${found}: expected ${setting.expected}.`,
    'Correct the variable, or give the flag.',
  )
}

/** A text that may be a URL, safe to print: without user, password, query and fragment. */
export function withoutPassword(text: string): string {
  if (/^supabase:/i.test(text)) return `supabase:${withoutPassword(text.slice('supabase:'.length))}`
  const url = URL.parse(text)
  // What does not read as a URL but looks like one may hide a password anywhere; so may a path with an @, which is what
  // follows a slash in a password that is not percent-encoded.
  const unreadable = url === null ? /:\/\/|@/.test(text) : url.pathname.includes('@')
  if (unreadable) return text.replace(/^([a-z][a-z0-9+.-]*:)?.*$/is, '$1•••')
  if (url === null || url.host === '') return text
  const { username, password, search, hash } = url
  if (`${username}${password}${search}${hash}` === '') return text
  const user = username === '' && password === '' ? '' : '•••@'
  return `${url.protocol}//${user}${url.host}${url.pathname}${search === '' && hash === '' ? '' : '?•••'}`
}
