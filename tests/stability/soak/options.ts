import { parseArgs } from 'node:util'

import { parseInstant } from '@openpredict/market'

/** The fastest at which what is retried within real seconds does not meet the next fault of the schedule. */
const FASTEST = 400
const DEFAULT_SPEED = 300

/** What `npm run soak` was told. */
export interface SoakOptions {
  readonly hours: number
  readonly from: number
  readonly seed: number
  readonly store: string
  readonly out: string
  readonly speed: number
  readonly symbol: string
}

export const USAGE: string = `npm run soak -- [--hours H] [--from ISO] [--seed N] [--store URL] [--out DIR] [--speed X] [--symbol S]

  --hours   of market time (default: 24)
  --from    when they begin (default: 2024-06-05T14:00:00Z)
  --seed    of the market and of everything that goes wrong (default: another one each time)
  --store   sqlite:PATH within --out, postgres://…, supabase:http://…, or local:postgres, local:supabase: a server of
            this run (default: sqlite:openpredict.sqlite)
  --out     a folder that is empty or not there yet (default: soak-SEED)
  --speed   how many times as fast as real time, up to ${FASTEST} (default: ${DEFAULT_SPEED})
  --symbol  (default: NQ=F)
`

/** Reads the arguments of a soak; throws a `TypeError` or `RangeError` that says what is expected. */
export function parseSoakOptions(args: readonly string[]): SoakOptions {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args: [...args],
    options: { hours: text, from: text, seed: text, store: text, out: text, speed: text, symbol: text },
  })
  const seed = numberOf('seed', values.seed, Date.now() % 1_000_000, { least: 0, most: 2 ** 31 })
  return {
    hours: numberOf('hours', values.hours, 24, { least: 1, most: 24 * 28 }),
    from: parseInstant(values.from ?? '2024-06-05T14:00:00Z'),
    seed: Math.floor(seed),
    store: values.store ?? 'sqlite:openpredict.sqlite',
    out: values.out ?? `soak-${seed}`,
    speed: numberOf('speed', values.speed, DEFAULT_SPEED, { least: 1, most: FASTEST }),
    symbol: values.symbol ?? 'NQ=F',
  }
}

function numberOf(
  name: string,
  text: string | undefined,
  fallback: number,
  { least, most }: { readonly least: number; readonly most: number },
): number {
  const value = text === undefined ? fallback : Number(text)
  if (value >= least && value <= most) return value
  throw new RangeError(`--${name} "${text}": expected a number from ${least} to ${most}`)
}
