import { MarketError } from './errors.ts'

const ISO = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:?\d{2})?)?$/

/**
 * Reads an ISO-8601 instant; without a zone it is UTC, without a time it is midnight UTC.
 *
 * Years have four digits, seconds at most three decimals; a blank may stand in place of the `T`. Throws a `MarketError` of kind `instant` for anything else.
 *
 * @example
 * ```ts
 * parseInstant('2023-11-19T23:00:00Z') // => 1700434800000
 * ```
 */
export function parseInstant(text: string): number {
  const match = ISO.exec(text.trim())
  if (match) {
    const [whole, time, , , zone] = match
    const iso = whole.replace(' ', 'T')
    const instant = Date.parse(time !== undefined && zone === undefined ? `${iso}Z` : iso)
    // Date.parse lets 2023-02-30 run over into March.
    const date = whole.slice(0, 10)
    if (!Number.isNaN(instant) && new Date(`${date}T00:00:00Z`).toISOString().startsWith(date)) return instant
  }
  throw new MarketError(`"${text}" is not an instant: expected ISO-8601 such as 2024-07-01T13:30:00Z`, {
    kind: 'instant',
    found: text,
  })
}

/**
 * Writes an instant (epoch ms) as ISO-8601 UTC with milliseconds and `Z`.
 *
 * Throws a `MarketError` of kind `instant` for a number that is none (not finite, or beyond ±8.64e15 ms).
 *
 * @example
 * ```ts
 * formatInstant(0) // => '1970-01-01T00:00:00.000Z'
 * ```
 */
export function formatInstant(time: number): string {
  const date = new Date(time)
  if (Number.isNaN(date.getTime())) {
    throw new MarketError(`${time} is not an instant: expected milliseconds since 1970-01-01T00:00:00Z`, {
      kind: 'instant',
      found: String(time),
    })
  }
  return date.toISOString()
}
