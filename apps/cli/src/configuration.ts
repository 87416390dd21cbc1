import { type Instrument, instrumentOf, MarketError } from '@openpredict/market'

import { UsageError } from './usage-error.ts'

type Environment = Readonly<Record<string, string | undefined>>

const DEFAULT_SYMBOL = 'NQ=F'
const DEFAULT_STORE = 'sqlite:openpredict.sqlite'

/** The instruments to work on: flags first, then INSTRUMENT (a comma between several), then NQ=F. Doubles count once. */
export function configuredInstruments(
  flags: { readonly symbol?: readonly string[]; readonly instrument?: readonly string[] },
  env: Environment,
): readonly Instrument[] {
  const named = [...(flags.symbol ?? []), ...(flags.instrument ?? [])]
  const symbols = named.length > 0 ? named : fromEnvironment(env).map((text) => text.trim())
  return [...new Set(symbols.map((symbol) => symbol.toUpperCase()))].map((symbol) =>
    instrument(symbol, named.length > 0),
  )
}

/** The one instrument to work on. */
export function configuredInstrument(
  flags: { readonly symbol?: string; readonly instrument?: string },
  env: Environment,
): Instrument {
  const named = flags.symbol ?? flags.instrument
  const [first = DEFAULT_SYMBOL, ...more] = named === undefined ? fromEnvironment(env) : [named]
  if (more.length > 0) {
    throw new UsageError(
      `INSTRUMENT names ${more.length + 1} instruments, this command works on one.`,
      'Name it with --symbol.',
    )
  }
  return instrument(first, named !== undefined)
}

/** The URL of the store: flag, then OPENPREDICT_STORE, then a file in the current folder. */
export function configuredStore(flags: { readonly store?: string }, env: Environment): string {
  return flags.store ?? nonEmpty(env['OPENPREDICT_STORE']) ?? DEFAULT_STORE
}

/** Seconds between cycles: flag, then FETCH_INTERVAL_SECONDS, then 60. */
export function configuredInterval(flags: { readonly interval?: number }, env: Environment): number {
  if (flags.interval !== undefined) return flags.interval
  const text = nonEmpty(env['FETCH_INTERVAL_SECONDS'])
  if (text === undefined) return 60
  const seconds = Number(text)
  if (/^\d+$/.test(text) && seconds >= 1 && seconds <= 86_400) return seconds
  throw new UsageError(
    `FETCH_INTERVAL_SECONDS is "${text}": expected whole seconds from 1 to 86400.`,
    'Correct the variable or give --interval.',
  )
}

function fromEnvironment(env: Environment): readonly string[] {
  return (nonEmpty(env['INSTRUMENT']) ?? DEFAULT_SYMBOL).split(',')
}

function instrument(symbol: string, fromFlag: boolean): Instrument {
  try {
    return instrumentOf(symbol)
  } catch (error) {
    if (!(error instanceof MarketError) || fromFlag) throw error
    throw new UsageError(`INSTRUMENT: ${error.message}.`, 'Correct the variable or give --symbol.')
  }
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text.trim()
}
