import type { RawRow } from '../clean-rows.ts'

/** One answer of Yahoo's chart service, read but not cleaned. */
export interface ChartAnswer {
  readonly symbol: string
  /** Yahoo's clock at the answer, epoch ms. */
  readonly answeredAt: number
  /** The last trade that Yahoo knew, epoch ms. */
  readonly lastTrade?: number
  readonly rows: readonly RawRow[]
}

/** An answer that does not have the shape of a chart. `message` says where. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError'
}

/**
 * Where the client's own validation expects objects, as paths from `chart.result[0]`. It prints what it meets there when
 * that is something else, and whatever this package meets, it prints nothing.
 */
const OBJECTS: readonly string[] = [
  'meta',
  'meta.currentTradingPeriod',
  'meta.currentTradingPeriod.*',
  'meta.tradingPeriods',
  'meta.tradingPeriods.pre.*.*',
  'meta.tradingPeriods.regular.*.*',
  'meta.tradingPeriods.post.*.*',
  'events',
  'events.dividends',
  'events.dividends.*',
  'events.splits',
  'events.splits.*',
  'indicators',
  'indicators.quote.*',
  'indicators.adjclose.*',
]

/** What the client would print something about in this body, if it would. */
export function oddPart(body: unknown): string | undefined {
  const results = part(part(body, 'chart'), 'result')
  for (const result of Array.isArray(results) ? (results as readonly unknown[]) : []) {
    for (const path of OBJECTS) {
      const odd = at(result, path.split('.')).find((value) => value !== undefined && typeof value !== 'object')
      if (odd !== undefined) return `${path} is a ${typeof odd}, expected an object`
    }
  }
  return undefined
}

/** Reads what the client gave for `return: 'object'`. Throws a `ShapeError` when it is not a chart of that interval. */
export function readChart(result: unknown, interval: string, answeredAt: number): ChartAnswer {
  const meta = part(result, 'meta')
  const symbol = part(meta, 'symbol')
  if (typeof symbol !== 'string') throw new ShapeError('meta.symbol is missing')
  const granularity = part(meta, 'dataGranularity')
  if (typeof granularity === 'string' && granularity !== interval && !(granularity === '60m' && interval === '1h')) {
    throw new ShapeError(`it holds ${granularity} rows, expected ${interval}`)
  }
  const lastTrade = epochMs(part(meta, 'regularMarketTime'))
  return { symbol, answeredAt, ...(lastTrade === undefined ? {} : { lastTrade }), rows: readRows(result) }
}

function readRows(result: unknown): readonly RawRow[] {
  const timestamps = part(result, 'timestamp')
  if (timestamps === undefined || timestamps === null) return []
  if (!Array.isArray(timestamps)) throw new ShapeError('timestamp is not a list')
  if (timestamps.length === 0) return []
  const quote = part(part(part(result, 'indicators'), 'quote'), '0')
  const [open, high, low, close, volume] = ['open', 'high', 'low', 'close', 'volume'].map((name) => {
    const column = part(quote, name)
    if (!Array.isArray(column)) throw new ShapeError(`the list of ${name} is missing`)
    if (column.length !== timestamps.length) {
      throw new ShapeError(`${name} has ${column.length} values for ${timestamps.length} timestamps`)
    }
    return column as readonly unknown[]
  })
  return timestamps.map((seconds: unknown, i) => ({
    time: times1000(numberOrNull(seconds)),
    open: numberOrNull(open?.[i]),
    high: numberOrNull(high?.[i]),
    low: numberOrNull(low?.[i]),
    close: numberOrNull(close?.[i]),
    volume: numberOrNull(volume?.[i]),
  }))
}

function numberOrNull(value: unknown): number | null {
  if (value === null || value === undefined) return null
  return typeof value === 'number' ? value : Number.NaN
}

function times1000(seconds: number | null): number | null {
  return seconds === null ? null : seconds * 1_000
}

/** The client turns epoch seconds into a `Date` where its validation gets that far. */
function epochMs(value: unknown): number | undefined {
  const time = value instanceof Date ? value.getTime() : typeof value === 'number' ? value * 1_000 : Number.NaN
  return Number.isSafeInteger(time) && time > 0 ? time : undefined
}

function part(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}

function at(value: unknown, path: readonly string[]): readonly unknown[] {
  const [name, ...rest] = path
  if (name === undefined) return [value]
  if (name !== '*') return at(part(value, name), rest)
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap((inner) => at(inner, rest)) : []
}
