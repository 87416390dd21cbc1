import { type Bar, BarSeries, type Instrument, type Interval, intervalMs, snapPrice } from '@openpredict/market'

/** One row as a source gave it. `null` where the source had nothing; anything that is not a number becomes `NaN`. */
export interface RawRow {
  /** Epoch ms. */
  readonly time: number | null
  readonly open: number | null
  readonly high: number | null
  readonly low: number | null
  readonly close: number | null
  /** `null` counts as 0. */
  readonly volume: number | null
}

/** Why a row is not a bar, in the order in which it is found out: a row counts once, under the first that fits. */
export const DROP_REASONS = [
  /** The answer is about another symbol. */
  'wrong-symbol',
  /** The time or a price is missing. */
  'null-row',
  'outside-window',
  /** The forming bar, or the quote of the last trade that Yahoo appends to its rows. */
  'not-closed',
  /** The time is not a multiple of the interval. */
  'off-grid',
  /** A price is not finite, or not positive. */
  'bad-price',
  /** The high is below, or the low above, another price. */
  'bad-range',
  /** The volume is not finite, or negative. */
  'bad-volume',
  /** A later row of the answer has the same time. */
  'duplicate',
] as const

export type DropReason = (typeof DROP_REASONS)[number]

/** What the rows are measured against. All instants in epoch ms. */
export interface CleaningContext {
  readonly instrument: Instrument
  readonly interval: Interval
  readonly from: number
  /** Exclusive. */
  readonly to: number
  /** How far the source had got. */
  readonly watermark: number
  /** The last trade that the source knew; without it only the watermark tells the appended quote. */
  readonly lastTrade?: number
  /** The symbol that the answer is about. @default the instrument's */
  readonly symbol?: string
}

/** What is left of the rows. `received` is the number of bars and of drops together. */
export interface CleanedRows {
  readonly bars: BarSeries
  readonly forming: Bar | undefined
  readonly received: number
  readonly dropped: Readonly<Record<DropReason, number>>
}

/**
 * No drops, to count up from.
 *
 * @example
 * ```ts
 * noDrops()['null-row'] // => 0
 * ```
 */
export function noDrops(): Record<DropReason, number> {
  return Object.fromEntries(DROP_REASONS.map((reason) => [reason, 0])) as Record<DropReason, number>
}

/**
 * Turns the rows of an answer into closed, clean bars: ascending, each time once, inside the window, on the grid, prices
 * snapped to the instrument's tick. Every row that is not a bar is counted under its reason.
 *
 * A bar is closed when `time + interval <= watermark`. Of rows with the same time the later one wins. Zero volume is
 * kept, but for a flat row without volume that opens no earlier than the last trade's own bar: nothing was traded in
 * it, so it is the appended quote and not a bar. The newest row that is not closed, floored to the grid, is `forming`;
 * a row with trades goes before such a quote.
 *
 * @example
 * ```ts
 * const rows = [
 *   { time: 60_000, open: 100.2500001, high: 101, low: 100, close: 100.5, volume: 12 },
 *   { time: 120_000, open: null, high: null, low: null, close: null, volume: null },
 *   { time: 197_000, open: 101, high: 101, low: 101, close: 101, volume: 0 },
 * ]
 * const context = { instrument: instrumentOf('NQ=F'), interval: '1m', from: 0, to: 600_000, watermark: 197_000 }
 * const { bars, forming, dropped } = cleanRows(rows, context)
 * bars.toArray() // => [{ time: 60_000, open: 100.25, high: 101, low: 100, close: 100.5, volume: 12 }]
 * forming.time // => 180_000
 * dropped['null-row'] // => 1
 * ```
 */
export function cleanRows(rows: readonly RawRow[], context: CleaningContext): CleanedRows {
  const { instrument, symbol = instrument.symbol } = context
  const dropped = noDrops()
  if (symbol !== instrument.symbol) {
    dropped['wrong-symbol'] = rows.length
    return { bars: BarSeries.from([]), forming: undefined, received: rows.length, dropped }
  }
  const step = intervalMs(context.interval)
  const kept: Bar[] = []
  let forming: Bar | undefined
  for (const row of rows) {
    const bar = complete(row, instrument)
    const reason = bar === undefined ? 'null-row' : dropReason(bar, step, context)
    if (bar === undefined || reason !== undefined) {
      dropped[reason ?? 'null-row'] += 1
      if (bar !== undefined && reason === 'not-closed') forming = newest(forming, bar, step, context)
    } else {
      kept.push(bar)
    }
  }
  const bars = sortedOnce(kept)
  dropped.duplicate = kept.length - bars.length
  return { bars: BarSeries.from(bars), forming, received: rows.length, dropped }
}

/** The row as a bar with its prices on the tick, if nothing of it is missing. */
function complete(row: RawRow, instrument: Instrument): Bar | undefined {
  const { time, open, high, low, close, volume } = row
  if (time === null || open === null || high === null || low === null || close === null) return undefined
  return {
    time,
    open: snapPrice(open, instrument),
    high: snapPrice(high, instrument),
    low: snapPrice(low, instrument),
    close: snapPrice(close, instrument),
    volume: volume ?? 0,
  }
}

function dropReason(bar: Bar, step: number, context: CleaningContext): DropReason | undefined {
  const { time } = bar
  // Written so that a time that is not a number fails.
  if (!(time >= context.from && time < context.to)) return 'outside-window'
  if (floorTo(step, time) + step > context.watermark || isLastQuote(bar, step, context.lastTrade)) return 'not-closed'
  if (time % step !== 0) return 'off-grid'
  return valueProblem(bar)
}

function valueProblem({ open, high, low, close, volume }: Bar): DropReason | undefined {
  for (const price of [open, high, low, close]) if (!(price > 0 && price < Infinity)) return 'bad-price'
  if (high < open || high < close || low > open || low > close) return 'bad-range'
  if (!(volume >= 0 && volume < Infinity)) return 'bad-volume'
  return undefined
}

/** A row in which nothing was traded, not before the bar of the last trade: that trade's quote, appended to the bars. */
function isLastQuote(bar: Bar, step: number, lastTrade = Infinity): boolean {
  return isQuote(bar) && bar.time >= floorTo(step, lastTrade)
}

function isQuote({ high, low, volume }: Bar): boolean {
  return volume === 0 && high === low
}

/** Of two rows that have not closed, the one that shows the forming bar. */
function newest(known: Bar | undefined, row: Bar, step: number, context: CleaningContext): Bar | undefined {
  const time = floorTo(step, row.time)
  if (time + step <= context.watermark || valueProblem(row) !== undefined) return known
  const bar = { ...row, time }
  if (known === undefined || time > known.time) return bar
  if (time < known.time || (isQuote(bar) && !isQuote(known))) return known
  return bar
}

/** Sorted by time; of several with the same time, the last. */
function sortedOnce(bars: readonly Bar[]): Bar[] {
  const sorted = isAscending(bars) ? bars : bars.toSorted((a, b) => a.time - b.time)
  return sorted.filter((bar, i) => bar.time !== sorted[i + 1]?.time)
}

function isAscending(bars: readonly Bar[]): boolean {
  return bars.every((bar, i) => i === 0 || (bars[i - 1] as Bar).time <= bar.time)
}

function floorTo(step: number, time: number): number {
  return Math.floor(time / step) * step
}
