import { MarketError } from './errors.ts'

const ISO = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:?\d{2})?)?$/

/**
 * Reads an ISO-8601 instant; without a zone it is UTC.
 *
 * Throws a `MarketError` of kind `instant` for anything else.
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
    const time_ms = Date.parse(
      time !== undefined && zone === undefined ? `${whole.replace(' ', 'T')}Z` : whole.replace(' ', 'T'),
    )
    // Date.parse lets 2023-02-30 run over into March.
    const date = whole.slice(0, 10)
    if (!Number.isNaN(time_ms) && new Date(`${date}T00:00:00Z`).toISOString().startsWith(date)) return time_ms
  }
  throw new MarketError(`"${text}" is not an instant: expected ISO-8601 such as 2024-07-01T13:30:00Z`, {
    kind: 'instant',
    found: text,
  })
}

/**
 * Writes an instant as ISO-8601 UTC with milliseconds and `Z`.
 *
 * @example
 * ```ts
 * formatInstant(0) // => '1970-01-01T00:00:00.000Z'
 * ```
 */
export function formatInstant(time: number): string {
  return new Date(time).toISOString()
}
