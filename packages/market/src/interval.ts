import { MarketError } from './errors.ts'

/**
 * Milliseconds of each base interval that bars may have, from 1 second to 1 hour.
 *
 * @example
 * ```ts
 * INTERVAL_MS['5m'] // => 300000
 * ```
 */
export const INTERVAL_MS = {
  '1s': 1_000,
  '5s': 5_000,
  '10s': 10_000,
  '15s': 15_000,
  '30s': 30_000,
  '1m': 60_000,
  '2m': 120_000,
  '3m': 180_000,
  '5m': 300_000,
  '10m': 600_000,
  '15m': 900_000,
  '30m': 1_800_000,
  '1h': 3_600_000,
} as const

/** The length of the bars that are fed: `1m` unless said otherwise. */
export type Interval = keyof typeof INTERVAL_MS

/**
 * The length of an interval in milliseconds.
 *
 * @example
 * ```ts
 * intervalMs('1h') // => 3600000
 * ```
 */
export function intervalMs(interval: Interval): number {
  return INTERVAL_MS[interval]
}

/**
 * Reads an interval as people write it (`1m`, `5M`, `60m` for `1h`, `60s` for `1m`), blanks around it ignored.
 *
 * Throws a `MarketError` of kind `interval` for anything else, with the list of what is known.
 *
 * @example
 * ```ts
 * parseInterval('60m') // => '1h'
 * ```
 */
export function parseInterval(text: string): Interval {
  const name = text.trim().toLowerCase()
  const interval = name === '60m' ? '1h' : name === '60s' ? '1m' : name
  if (Object.hasOwn(INTERVAL_MS, interval)) return interval as Interval
  throw new MarketError(`unknown interval "${text}": expected one of ${Object.keys(INTERVAL_MS).join(', ')}`, {
    kind: 'interval',
    found: text,
  })
}
