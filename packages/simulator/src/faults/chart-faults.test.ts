import { describe, expect, it } from 'vitest'

import type { Chart } from '../yahoo/chart-answer.ts'
import { alteredChart } from './chart-faults.ts'
import type { RequestFault } from './fault.ts'

const MINUTE = 60_000
/** 30 seconds into the minute of the live row. */
const visible = 1_000_000 * MINUTE + 30_000
const live = visible - 3_000
const rowAt = (time: number) => ({ time, open: 10, high: 12, low: 9, close: 11, volume: 5 })
const closed = Array.from({ length: 20 }, (_, i) => rowAt(visible - 30_000 - (20 - i) * MINUTE))
const chart: Chart = {
  meta: { symbol: 'NQ=F', exchangeName: 'CME', regularMarketTime: live / 1000, regularMarketPrice: 11 },
  rows: [...closed, rowAt(live)],
  adjusted: false,
}
const alter = (fault: RequestFault, bits = 12_345, own = chart, at = visible) =>
  alteredChart(own, fault, { bits, visible: at })
const rowsOf = (fault: RequestFault, bits?: number) => alter(fault, bits)?.rows ?? []
const short: Chart = { ...chart, rows: [rowAt(live)] }

describe('null-rows', () => {
  it('have a time and nothing else, and are a share of the rows but the last', () => {
    const rows = rowsOf({ kind: 'null-rows', share: 0.5 })
    const empty = rows.filter(({ close }) => close === null)
    expect(rows.map(({ time }) => time)).toEqual(chart.rows.map(({ time }) => time))
    expect(empty.length).toBeGreaterThan(4)
    expect(empty.length).toBeLessThan(16)
    const { time } = empty[0] ?? {}
    expect(empty[0]).toEqual({ time, open: null, high: null, low: null, close: null, volume: null })
    expect(rows.at(-1)).toEqual(rowAt(live))
  })

  it('are others for other requests, and one at least', () => {
    const kind = 'null-rows'
    expect(rowsOf({ kind, share: 0.5 }, 1)).not.toEqual(rowsOf({ kind, share: 0.5 }, 2))
    expect(rowsOf({ kind, share: 0.5 }, 1)).toEqual(rowsOf({ kind, share: 0.5 }, 1))
    expect(rowsOf({ kind, share: 1e-9 }).filter(({ close }) => close === null).length).toBe(1)
    expect(rowsOf({ kind, share: 1 }).filter(({ close }) => close === null).length).toBe(20)
  })
})

describe('duplicates', () => {
  it('come right before the row as it is, with other values', () => {
    const rows = rowsOf({ kind: 'duplicates', share: 1 })
    expect(rows.length).toBe(41)
    for (const [i, row] of closed.entries())
      expect(rows.slice(2 * i, 2 * i + 2)).toEqual([{ ...row, close: 9, volume: 0 }, row])
  })
})

describe('out-of-order', () => {
  it('has the same rows in another order', () => {
    for (const bits of [0, 1, 2, 3]) {
      const rows = rowsOf({ kind: 'out-of-order' }, bits)
      expect(rows).not.toEqual(chart.rows)
      expect(rows.toSorted((a, b) => a.time - b.time)).toEqual(chart.rows)
    }
  })

  it('turns two rows round, whatever chance says', () => {
    const two: Chart = { ...chart, rows: chart.rows.slice(-2) }
    for (let bits = 0; bits < 20; bits++) {
      expect(alter({ kind: 'out-of-order' }, bits, two)?.rows).toEqual(two.rows.toReversed())
    }
  })
})

describe('quote-on-minute', () => {
  const quote = { open: 11, high: 11, low: 11, close: 11, volume: 0 }

  it('stands in place of the live row, on its minute', () => {
    const altered = alter({ kind: 'quote-on-minute' })
    expect(altered?.rows).toEqual([...closed, { time: visible - 30_000, ...quote }])
    expect(altered?.meta).toEqual(chart.meta)
  })

  it('is appended to a window without the live row', () => {
    const past: Chart = { ...chart, rows: closed }
    expect(alter({ kind: 'quote-on-minute' }, 0, past)?.rows).toEqual([...closed, { time: visible - 30_000, ...quote }])
  })

  it('stands on the minute after the last that was traded, and the quote is a second later', () => {
    const later = alter({ kind: 'quote-on-minute' }, 0, chart, visible + 10 * MINUTE)
    const next = visible + 30_000
    expect(later?.rows.at(-1)).toEqual({ time: next, ...quote })
    expect(later?.meta.regularMarketTime).toBe(next / 1000 + 1)
    // The second after has not come yet.
    const justNow = alter({ kind: 'quote-on-minute' }, 0, chart, next + 999)
    expect(justNow?.rows.at(-1)?.time).toBe(next)
    expect(justNow?.meta.regularMarketTime).toBe(live / 1000)
  })
})

describe('missing-meta', () => {
  it('lacks the name of the exchange and nothing else', () => {
    const { exchangeName: _, ...meta } = chart.meta
    expect(alter({ kind: 'missing-meta' })).toEqual({ ...chart, meta })
  })
})

describe('other faults', () => {
  it('leave a chart alone, and a chart with nothing to alter is left alone', () => {
    expect(alter({ kind: 'hang' })).toBeUndefined()
    for (const kind of ['null-rows', 'duplicates', 'out-of-order'] as const) {
      expect(alter({ kind }, 0, short)).toBeUndefined()
    }
  })
})
