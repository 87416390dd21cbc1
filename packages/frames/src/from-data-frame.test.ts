import { describe, expect, it } from 'vitest'

import type { DataFrameLike } from './data-frame.ts'
import { fromDataFrame } from './from-data-frame.ts'
import { rowsFromDataFrame } from './rows-from-data-frame.ts'

/** A frame of whatever library: its columns, and no more. */
function frame(columns: Readonly<Record<string, readonly unknown[]>>): DataFrameLike {
  const names = Object.keys(columns)
  return {
    columns: names,
    shape: [Object.values(columns)[0]?.length ?? 0, names.length],
    column: (name) => ({ values: columns[name] }),
  }
}

const BARS = {
  time: [0, 60_000],
  open: [10, 11],
  high: [12, 13],
  low: [9, 10],
  close: [11, 12],
  volume: [5, 0],
}

describe('fromDataFrame', () => {
  it('reads columns of any array', () => {
    const typed = frame({ ...BARS, close: Float64Array.from(BARS.close) as unknown as number[] })
    expect(fromDataFrame(typed).at(1)).toEqual({ time: 60_000, open: 11, high: 13, low: 10, close: 12, volume: 0 })
  })

  it('names the column that is missing, what it is for, and those that are there', () => {
    expect(() => fromDataFrame(frame({ ...BARS }), { columns: { close: 'Adj Close' } })).toThrow(
      'column "Adj Close" (for close) is missing: the frame has time, open, high, low, close, volume',
    )
  })

  it.each([
    ['open', ['10', 11], 'column "open", row 0: "10" is not a number'],
    ['volume', [5, Number.NaN], 'column "volume", row 1: NaN is not a number'],
    ['close', [11, null], 'column "close", row 1: null is not a number'],
    ['time', [0, 'soon'], 'column "time", row 1: "soon" is not a time: epoch milliseconds, a Date or ISO-8601 text'],
    ['time', [0, 0.5], 'column "time", row 1: 0.5 is not a time'],
    ['time', [0, new Date(Number.NaN)], 'column "time", row 1: Invalid Date is not a time'],
    ['high', [12, 9], 'row 1 is no bar: high 9 is below low 10'],
    ['time', [60_000, 0], 'row 1 does not open after the row before it'],
    ['time', [0, 0], 'row 1 does not open after the row before it'],
  ])('refuses %s %j by its place', (column, values, message) => {
    expect(() => fromDataFrame(frame({ ...BARS, [column]: values }))).toThrow(message)
  })
})

describe('rowsFromDataFrame', () => {
  const table = {
    columns: {
      side: { kind: 'text', values: ['BULLISH', 'BEARISH'] },
      count: { kind: 'integer' },
      done: { kind: 'boolean' },
      details: { kind: 'json', nullable: true },
      note: { kind: 'text', nullable: true },
    },
  } as const
  const good = { side: ['BULLISH'], count: [1], done: [true], details: ['{"a":1}'], note: [null] }

  it('reads what another program has written, under its own names', () => {
    const { side, ...rest } = good
    expect(rowsFromDataFrame(frame({ Side: side, ...rest }), { table, columns: { side: 'Side' } })).toEqual([
      { side: 'BULLISH', count: 1, done: true, details: { a: 1 }, note: null },
    ])
  })

  it.each([
    ['side', 'UP', 'column "side", row 0: "UP" is not one of BULLISH, BEARISH'],
    ['side', null, 'column "side", row 0: null is not a value, and the column has one in every row'],
    ['count', 1.5, 'column "count", row 0: 1.5 is not a whole number'],
    ['done', 1, 'column "done", row 0: 1 is not true or false'],
    ['details', '{', 'column "details", row 0: "{" is not JSON'],
    ['note', 7, 'column "note", row 0: 7 is not text'],
  ])('refuses %s %j by its place', (column, value, message) => {
    expect(() => rowsFromDataFrame(frame({ ...good, [column]: [value] }), { table })).toThrow(message)
  })
})
