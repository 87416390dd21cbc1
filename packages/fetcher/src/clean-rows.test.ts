import { barProblem, instrumentOf } from '@openpredict/market'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { type CleaningContext, cleanRows, DROP_REASONS, type DropReason, type RawRow } from './clean-rows.ts'

const MINUTE = 60_000
const T = 1_700_434_800_000
const NQ = instrumentOf('NQ=F')

/** Ten minutes from T; the source has got to the end of the eighth. */
const context: CleaningContext = {
  instrument: NQ,
  interval: '1m',
  from: T,
  to: T + 10 * MINUTE,
  watermark: T + 8 * MINUTE,
}

function row(minute: number, changes: Partial<RawRow> = {}): RawRow {
  return { time: T + minute * MINUTE, open: 100, high: 102, low: 99, close: 101, volume: 5, ...changes }
}

function times(rows: readonly RawRow[], changes: Partial<CleaningContext> = {}): number[] {
  return cleanRows(rows, { ...context, ...changes })
    .bars.toArray()
    .map(({ time }) => (time - T) / MINUTE)
}

/** The reasons under which rows were dropped, with their counts. */
function drops(rows: readonly RawRow[], changes: Partial<CleaningContext> = {}): Partial<Record<DropReason, number>> {
  const { dropped } = cleanRows(rows, { ...context, ...changes })
  return Object.fromEntries(Object.entries(dropped).filter(([, count]) => count > 0))
}

describe('cleanRows', () => {
  it('keeps closed rows as they are', () => {
    const { bars, forming, received, dropped } = cleanRows([row(0), row(1)], context)
    expect(bars.toArray()).toEqual([
      { time: T, open: 100, high: 102, low: 99, close: 101, volume: 5 },
      { time: T + MINUTE, open: 100, high: 102, low: 99, close: 101, volume: 5 },
    ])
    expect(forming).toBeUndefined()
    expect(received).toBe(2)
    expect(Object.keys(dropped)).toEqual(DROP_REASONS)
    expect(Object.values(dropped).every((count) => count === 0)).toBe(true)
  })

  it.each(['time', 'open', 'high', 'low', 'close'] as const)('drops a row without %s', (field) => {
    expect(drops([row(0, { [field]: null }), row(1)])).toEqual({ 'null-row': 1 })
  })

  it('takes a missing volume as 0, and keeps zero volume', () => {
    const { bars } = cleanRows([row(0, { volume: null }), row(1, { volume: 0 })], context)
    expect([...bars.volume]).toEqual([0, 0])
  })

  it('keeps the window half open', () => {
    expect(times([row(-1), row(0), row(4), row(5)], { to: T + 5 * MINUTE })).toEqual([0, 4])
    expect(drops([row(-1), row(0), row(4), row(5)], { to: T + 5 * MINUTE })).toEqual({ 'outside-window': 2 })
    expect(drops([row(0, { time: Number.NaN })])).toEqual({ 'outside-window': 1 })
  })

  it('drops rows off the grid of the interval', () => {
    expect(drops([row(0, { time: T + 1 }), row(1)])).toEqual({ 'off-grid': 1 })
    expect(drops([row(0), row(1), row(5)], { interval: '5m', watermark: context.to })).toEqual({ 'off-grid': 1 })
  })

  it('takes a bar as closed exactly when the watermark has reached its end', () => {
    expect(times([row(7), row(8)])).toEqual([7])
    expect(times([row(7)], { watermark: T + 8 * MINUTE - 1 })).toEqual([])
    expect(drops([row(7)], { watermark: T + 8 * MINUTE - 1 })).toEqual({ 'not-closed': 1 })
    expect(times([row(0), row(5)], { interval: '5m', watermark: T + 10 * MINUTE - 1 })).toEqual([0])
  })

  it('shows the forming bar floored to the grid and never among the bars', () => {
    const { bars, forming, dropped } = cleanRows([row(7), row(8, { time: T + 8 * MINUTE + 23_000 })], context)
    expect(bars.length).toBe(1)
    expect(forming).toEqual({ time: T + 8 * MINUTE, open: 100, high: 102, low: 99, close: 101, volume: 5 })
    expect(dropped['not-closed']).toBe(1)
  })

  it('shows the newest of several forming rows, and the later in the answer of the same minute', () => {
    const { forming } = cleanRows([row(9, { close: 100.5 }), row(8), row(9, { close: 101.5 })], context)
    expect(forming?.time).toBe(T + 9 * MINUTE)
    expect(forming?.close).toBe(101.5)
  })

  it('shows the newest, even where it is only a quote', () => {
    const quote = { open: 101, high: 101, low: 101, close: 101, volume: 0 }
    expect(cleanRows([row(9), row(8)], context).forming?.time).toBe(T + 9 * MINUTE)
    expect(cleanRows([row(8), row(9, quote)], context).forming?.time).toBe(T + 9 * MINUTE)
    expect(
      cleanRows([row(8, quote), row(8, { ...quote, high: 102, low: 102, open: 102, close: 102 })], context).forming
        ?.close,
    ).toBe(102)
  })

  it('shows the forming bar rather than the quote appended after it', () => {
    const quote = { open: 101, high: 101, low: 101, close: 101, volume: 0 }
    const { forming } = cleanRows([row(8), row(8, { ...quote, time: T + 8 * MINUTE + 40_000 })], context)
    expect(forming?.high).toBe(102)
    expect(cleanRows([row(8, quote)], context).forming?.high).toBe(101)
  })

  it('shows no forming bar that could not be one', () => {
    expect(cleanRows([row(8, { high: 1 })], context).forming).toBeUndefined()
    expect(cleanRows([row(8, { open: null })], context).forming).toBeUndefined()
  })

  it('drops the quote of the last trade even when the watermark has passed it', () => {
    const quote = { open: 101, high: 101, low: 101, close: 101, volume: 0 }
    const lastTrade = T + 5 * MINUTE + 1_000
    expect(drops([row(4), row(5, quote)], { lastTrade })).toEqual({ 'not-closed': 1 })
    expect(times([row(5), row(5, quote)], { lastTrade })).toEqual([5])
    expect(cleanRows([row(5, quote)], { ...context, lastTrade }).forming).toBeUndefined()
    expect(cleanRows([row(5, quote)], { ...context, lastTrade, watermark: T + 6 * MINUTE }).forming).toBeUndefined()
  })

  it('keeps a flat bar without volume before the last trade, and one with volume in its minute', () => {
    const flat = { open: 101, high: 101, low: 101, close: 101 }
    const lastTrade = T + 5 * MINUTE + 1_000
    expect(times([row(4, { ...flat, volume: 0 }), row(5, { ...flat, volume: 1 })], { lastTrade })).toEqual([4, 5])
    expect(times([row(5, { volume: 0 })], { lastTrade })).toEqual([5])
  })

  it('drops every row of an answer about another symbol', () => {
    const { bars, forming, dropped, received } = cleanRows([row(0), row(8)], { ...context, symbol: 'ES=F' })
    expect(bars.length).toBe(0)
    expect(forming).toBeUndefined()
    expect(dropped['wrong-symbol']).toBe(2)
    expect(received).toBe(2)
  })

  it.each([
    ['high below open', { open: 103 }],
    ['high below close', { close: 103 }],
    ['low above open', { open: 98 }],
    ['low above close', { close: 98 }],
    ['high below low', { high: 98.5, open: 98.5, close: 98.5 }],
  ])('drops a row with its %s', (_, changes) => {
    expect(drops([row(0, changes), row(1)])).toEqual({ 'bad-range': 1 })
  })

  it.each([0, -1, Number.NaN, Infinity, -Infinity])('drops a row with the price %d', (price) => {
    for (const field of ['open', 'high', 'low', 'close']) {
      expect(drops([row(0, { [field]: price })])).toEqual({ 'bad-price': 1 })
    }
  })

  it.each([-1, Number.NaN, Infinity])('drops a row with the volume %d', (volume) => {
    expect(drops([row(0, { volume })])).toEqual({ 'bad-volume': 1 })
  })

  it('snaps 32-bit floats to the tick before it checks them', () => {
    const noisy = { open: 100.250007, high: 100.249998, low: 99.999998, close: 100.000002 }
    const { bars } = cleanRows([row(0, noisy)], context)
    expect(bars.at(0)).toEqual({ time: T, open: 100.25, high: 100.25, low: 100, close: 100, volume: 5 })
    expect(drops([row(0, { low: 0.1 })])).toEqual({ 'bad-price': 1 })
  })

  it('keeps the shortest decimal where the tick is not known', () => {
    const price = Math.fround(226.855)
    const apple = { ...context, instrument: instrumentOf('AAPL') }
    const { bars } = cleanRows([row(0, { open: price, high: price, low: price, close: price })], apple)
    expect(bars.at(0)?.close).toBe(226.855)
  })

  it('sorts', () => {
    expect(times([row(3), row(1), row(2)])).toEqual([1, 2, 3])
  })

  it('keeps the later of two rows with the same time, and counts the other', () => {
    const { bars, dropped } = cleanRows([row(1, { volume: 1 }), row(0), row(1, { volume: 2 })], context)
    expect([...bars.volume]).toEqual([5, 2])
    expect(dropped.duplicate).toBe(1)
  })

  it('keeps the earlier of two rows when the later is no bar', () => {
    expect(times([row(1), row(1, { close: null })])).toEqual([1])
  })

  it('takes no rows', () => {
    expect(cleanRows([], context).received).toBe(0)
  })
})

/** Rows as bad as they come: around the window, on and off the grid, possible and not. */
const price = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 380, max: 420 }).map((steps) => steps / 4) },
  fc.constantFrom(null, 0, -1, Number.NaN, Infinity, 1e300, 0.01, 100.13),
)
const rawRow: fc.Arbitrary<RawRow> = fc.record({
  time: fc.oneof(
    { weight: 12, arbitrary: fc.integer({ min: -2, max: 12 }).map((minute) => T + minute * MINUTE) },
    fc.integer({ min: T, max: T + 10 * MINUTE }),
    fc.constantFrom(null, Number.NaN, Infinity, 0),
  ),
  open: price,
  high: price,
  low: price,
  close: price,
  volume: fc.oneof({ weight: 6, arbitrary: fc.nat(1_000) }, fc.constantFrom(null, -1, Number.NaN, 0.5)),
})
/** Mostly possible: high and low enclose the rest. */
const likelyRow = rawRow.map((raw): RawRow => {
  const prices = [raw.open, raw.high, raw.low, raw.close].map((value) => value ?? 100)
  return raw.high === null ? raw : { ...raw, high: Math.max(...prices), low: Math.min(...prices) }
})
const rows = fc.array(fc.oneof(rawRow, { weight: 3, arbitrary: likelyRow }), { maxLength: 40 })
const contexts = fc.record({
  watermark: fc.integer({ min: T - MINUTE, max: T + 12 * MINUTE }),
  lastTrade: fc.integer({ min: T - MINUTE, max: T + 12 * MINUTE }),
})

describe('cleanRows, whatever the rows,', () => {
  it('gives possible, closed, ascending bars on the tick, the grid and in the window, and accounts for every row', () => {
    fc.assert(
      fc.property(rows, contexts, (raw, given) => {
        const { bars, forming, received, dropped } = cleanRows(raw, { ...context, ...given })
        let last = Number.NEGATIVE_INFINITY
        for (const bar of bars) {
          expect(barProblem(bar)).toBeUndefined()
          expect(bar.time % MINUTE).toBe(0)
          expect(bar.time).toBeGreaterThan(last)
          expect(bar.time).toBeGreaterThanOrEqual(context.from)
          expect(bar.time).toBeLessThan(context.to)
          expect(bar.time + MINUTE).toBeLessThanOrEqual(given.watermark)
          for (const value of [bar.open, bar.high, bar.low, bar.close]) expect(value % 0.25).toBe(0)
          last = bar.time
        }
        const shown = forming === undefined ? [] : [forming]
        expect(shown.map(barProblem).filter(Boolean)).toEqual([])
        expect(shown.filter(({ time }) => time % MINUTE !== 0 || time + MINUTE <= given.watermark)).toEqual([])
        expect(received).toBe(raw.length)
        expect(bars.length + Object.values(dropped).reduce((sum, count) => sum + count, 0)).toBe(received)
      }),
      { numRuns: 500 },
    )
  })

  it('finds nothing more to clean the second time', () => {
    fc.assert(
      fc.property(rows, contexts, (raw, given) => {
        const first = cleanRows(raw, { ...context, ...given })
        const second = cleanRows(first.bars.toArray(), { ...context, ...given })
        expect(second.bars).toEqual(first.bars)
        expect(second.received).toBe(second.bars.length)
      }),
    )
  })

  it('gives the same bars in any order of rows with distinct times', () => {
    const distinct = fc.uniqueArray(likelyRow, { selector: ({ time }) => time, maxLength: 30 })
    const permutation = distinct.chain((raw) =>
      fc.tuple(fc.constant(raw), fc.shuffledSubarray(raw, { minLength: raw.length, maxLength: raw.length })),
    )
    fc.assert(
      fc.property(permutation, ([raw, shuffled]) => {
        expect(cleanRows(shuffled, context).bars).toEqual(cleanRows(raw, context).bars)
      }),
    )
  })
})
