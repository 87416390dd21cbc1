import { type Bar, BarSeries, instrumentOf, parseInstant } from '@openpredict/market'
import { createMarket } from '@openpredict/simulator'
import { type Row, TABLES } from '@openpredict/store'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { describe as summarize } from './describe.ts'
import { fromDataFrame } from './from-data-frame.ts'
import { rowsFromDataFrame } from './rows-from-data-frame.ts'
import type { Table, TableColumn } from './table.ts'
import { toDataFrame } from './to-data-frame.ts'

const MINUTE = 60_000
const START = parseInstant('2024-03-08T20:00:00Z')
const MARKETS = ['NQ=F', 'RTY=F', 'BTC-USD'].map((symbol) =>
  createMarket({ seed: 5, instrument: instrumentOf(symbol) }).bars(START, START + 3 * 1_440 * MINUTE),
)
const times = fc.constantFrom('epoch' as const, 'iso' as const, 'date' as const)

/** Bars of the simulator; in some minutes, nobody traded. */
const bars = fc
  .record({
    market: fc.constantFrom(...MARKETS),
    from: fc.nat({ max: 500 }),
    count: fc.nat({ max: 60 }),
    quiet: fc.array(fc.nat({ max: 59 })),
  })
  .map(({ market, from, count, quiet }) =>
    market
      .slice(from, from + count)
      .toArray()
      .map((bar, i): Bar => (quiet.includes(i) ? { ...bar, volume: 0 } : bar)),
  )

/** Any row of a table: whatever its columns may hold. */
function rowOf({ columns }: Table): fc.Arbitrary<Readonly<Record<string, unknown>>> {
  return fc.record(Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, valueOf(column)])))
}

function valueOf({ kind, nullable, values }: TableColumn): fc.Arbitrary<unknown> {
  const value: fc.Arbitrary<unknown> = {
    text: values === undefined ? fc.string() : fc.constantFrom(...values),
    uuid: fc.uuid(),
    instant: fc.integer({ min: 0, max: parseInstant('2199-12-31') }),
    integer: fc.maxSafeInteger(),
    price: fc.double({ noNaN: true, noDefaultInfinity: true }),
    number: fc.double({ noNaN: true, noDefaultInfinity: true }),
    boolean: fc.boolean(),
    json: fc.dictionary(fc.string({ minLength: 1 }), fc.oneof(fc.integer(), fc.string(), fc.constant(null))),
  }[kind]
  return nullable === true ? fc.option(value) : value
}

describe('a DataFrame', () => {
  it('gives back the bars that it was made of, however it writes times', async () => {
    await fc.assert(
      fc.asyncProperty(bars, times, async (given, written) => {
        const series = BarSeries.from(given)
        expect(fromDataFrame(await toDataFrame(series, { times: written }))).toEqual(series)
        expect(fromDataFrame(await toDataFrame(given, { times: written })).toArray()).toEqual(given)
      }),
      { numRuns: 25 },
    )
  })

  it.each(Object.entries(TABLES))('gives back the rows of %s, however it writes times', async (_, table) => {
    await fc.assert(
      fc.asyncProperty(fc.array(rowOf(table), { maxLength: 4 }), times, async (rows, written) => {
        const df = await toDataFrame(rows, { table, times: written })
        expect(df.columns).toEqual(Object.keys(table.columns))
        expect(rowsFromDataFrame(df, { table })).toEqual(rows)
      }),
      { numRuns: 6 },
    )
  })

  it('keeps bars of several instruments apart in one frame', async () => {
    const rows = MARKETS.flatMap((market, i) =>
      market
        .slice(0, 30)
        .toArray()
        .map((bar) => ({ instrument: ['NQ=F', 'RTY=F', 'BTC-USD'][i], ...bar })),
    )
    const df = await toDataFrame(rows)
    expect(df.shape).toEqual([90, 7])
    expect(new Set(df.column('instrument').values as string[])).toEqual(new Set(['NQ=F', 'RTY=F', 'BTC-USD']))
    expect(() => fromDataFrame(df)).toThrow('row 30 does not open after the row before it')
  })

  it('has the types of its rows', async () => {
    const table = TABLES.instrument_state
    const rows: readonly Row<'instrument_state'>[] = [{ instrument: 'NQ=F', history_version: 3 }]
    const back: readonly Row<'instrument_state'>[] = rowsFromDataFrame(await toDataFrame(rows, { table }), { table })
    expect(back).toEqual(rows)
  })

  it('is described by danfojs and by us alike', async () => {
    const { default: danfo } = await import('danfojs-node')
    const df = await toDataFrame(MARKETS[0] ?? [], { danfo })
    const theirs = df.loc({ columns: ['close', 'volume'] }).describe()
    for (const ours of summarize(df).filter(({ column }) => ['close', 'volume'].includes(column))) {
      const [count, mean, std, min, median, max] = theirs.column(ours.column).values as number[]
      expect(ours).toMatchObject({ count, min, median, max, missing: 0 })
      expect(ours.mean).toBeCloseTo(mean ?? Number.NaN, 6)
      expect(ours.std).toBeCloseTo(std ?? Number.NaN, 6)
    }
  })
})
