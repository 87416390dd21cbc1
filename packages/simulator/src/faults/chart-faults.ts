import { bitsAt, uniform } from '../internal/hash.ts'
import type { Chart } from '../yahoo/chart-answer.ts'
import type { ChartRow } from '../yahoo/chart-rows.ts'
import type { RequestFault } from './fault.ts'

const MINUTE = 60_000

/** What an altered chart depends on beside the fault. */
export interface ChartContext {
  /** Chance for what is left to it. */
  readonly bits: number
  /** The latest instant of which the source knows the trades, epoch ms. */
  readonly visible: number
}

/** The chart with a fault of charts; `undefined` when the fault is none of them, or the chart has nothing to alter. */
export function alteredChart(chart: Chart, fault: RequestFault, context: ChartContext): Chart | undefined {
  switch (fault.kind) {
    case 'null-rows':
      return withRows(chart, nullRows(chart.rows, fault.share ?? 0.1, context.bits))
    case 'duplicates':
      return withRows(chart, duplicates(chart.rows, fault.share ?? 0.1, context.bits))
    case 'out-of-order':
      return withRows(chart, shuffled(chart.rows, context.bits))
    case 'quote-on-minute':
      return quoteOnMinute(chart, context.visible)
    case 'missing-meta': {
      const { exchangeName: _, ...meta } = chart.meta
      return { ...chart, meta }
    }
    default:
      return undefined
  }
}

function withRows(chart: Chart, rows: readonly ChartRow[] | undefined): Chart | undefined {
  return rows === undefined ? undefined : { ...chart, rows }
}

/** Which of the closed rows have it: the last one may be live and is left alone. */
function chosen(rows: readonly ChartRow[], share: number, bits: number): ReadonlySet<number> | undefined {
  const count = rows.length - 1
  if (count < 1) return undefined
  const indices = Array.from({ length: count }, (_, i) => i).filter((i) => uniform(bitsAt(bits, i)) < share)
  return new Set(indices.length > 0 ? indices : [bits % count])
}

function nullRows(rows: readonly ChartRow[], share: number, bits: number): readonly ChartRow[] | undefined {
  const empty = chosen(rows, share, bits)
  if (empty === undefined) return undefined
  const nothing = { open: null, high: null, low: null, close: null, volume: null }
  return rows.map((row, i) => (empty.has(i) ? { time: row.time, ...nothing } : row))
}

/** The first of two says something else; the one that comes later is right. */
function duplicates(rows: readonly ChartRow[], share: number, bits: number): readonly ChartRow[] | undefined {
  const twice = chosen(rows, share, bits)
  if (twice === undefined) return undefined
  return rows.flatMap((row, i) => (twice.has(i) ? [{ ...row, close: row.low, volume: 0 }, row] : [row]))
}

/** Any order but the right one, by the method of Fisher and Yates. */
function shuffled(rows: readonly ChartRow[], bits: number): readonly ChartRow[] | undefined {
  if (rows.length < 2) return undefined
  const result = [...rows]
  for (let i = result.length - 1; i > 0; i--) {
    const other = Math.floor(uniform(bitsAt(bits, i)) * (i + 1))
    ;[result[i], result[other]] = [result[other] as ChartRow, result[i] as ChartRow]
  }
  return result.every((row, i) => row === rows[i]) ? result.toReversed() : result
}

/**
 * The last quote as Yahoo appends it to charts of shares: on the full minute, flat, without volume, outside the asked
 * window as well. In a minute that has closed since, it stands on the next one, and a quote a second later than that is
 * the last that the chart knows.
 */
function quoteOnMinute(chart: Chart, visible: number): Chart {
  const { rows, meta } = chart
  const last = meta.regularMarketTime * 1000
  const minute = Math.floor(last / MINUTE) * MINUTE
  const isForming = minute + MINUTE > visible
  const time = isForming ? minute : minute + MINUTE
  const price = meta.regularMarketPrice
  const quote = { time, open: price, high: price, low: price, close: price, volume: 0 }
  const closed = rows.at(-1)?.time === last ? rows.slice(0, -1) : rows
  const known = isForming || time + 1000 > visible ? last : time + 1000
  return { ...chart, rows: [...closed, quote], meta: { ...meta, regularMarketTime: known / 1000 } }
}
