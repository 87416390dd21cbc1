import { type Bar, BarSeries, createManualClock, instrumentOf, parseInstant } from '@openpredict/market'
import { createMarket } from '@openpredict/simulator'
import { openStore, type Store } from '@openpredict/store'
import { beforeEach, describe, expect, it } from 'vitest'

import { importBars, type ImportResult } from './index.ts'

const MINUTE = 60_000
const DAY = 1_440 * MINUTE
const instrument = instrumentOf('NQ=F')
const start = parseInstant('2024-06-02T22:00:00Z')
const bars = createMarket({ seed: 3, instrument }).bars(start, start + 5 * DAY)
const clock = createManualClock(start + 6 * DAY)

let store: Store
beforeEach(async () => {
  store = await openStore('sqlite::memory:', { clock })
  return () => store.close()
})

async function put(series: BarSeries, barsOnly = false): Promise<ImportResult> {
  return await importBars({ instrument, bars: series, store, clock, timer: clock, source: 'csv', barsOnly })
}

async function features(): Promise<readonly unknown[]> {
  const levels = await store.readRows('reference_levels')
  const pivots = await store.readRows('fibonacci_pivots')
  return [...levels, ...pivots].map(({ history_version: _, as_of: __, as_of_version: ___, ...row }) => row)
}

describe('importBars', () => {
  it('stores the bars and their features, and changes nothing the second time', async () => {
    const first = await put(bars)
    expect(first).toMatchObject({ inserted: bars.length, corrected: 0, unchanged: 0, failures: [] })
    expect(first.rowsWritten).toBeGreaterThan(100)
    const before = await features()
    expect(await put(bars)).toEqual({
      inserted: 0,
      corrected: 0,
      unchanged: bars.length,
      healed: 0,
      missing: 0,
      rowsWritten: 0,
      failures: [],
    })
    expect(await features()).toEqual(before)
  })

  it('gives the same features in any order of parts', async () => {
    await put(bars)
    const whole = await features()
    const half = bars.length >>> 1
    await store.close()
    store = await openStore('sqlite::memory:', { clock })
    await put(bars.slice(half))
    await put(bars.slice(0, half))
    expect(await features()).toEqual(whole)
    expect(await store.historyVersion('NQ=F')).toBe(1)
  })

  it('replaces bars that differ and keeps the old ones', async () => {
    await put(bars)
    const raised = (bar: Bar): Bar => ({ ...bar, high: bar.high + 5 })
    const changed = BarSeries.from(bars.slice(100, 103).toArray().map(raised))
    expect(await put(changed)).toMatchObject({ inserted: 0, corrected: 3, unchanged: 0 })
    expect(await store.countRows('ohlc_revisions')).toBe(3)
    const stored = await store.readBars({ instrument: 'NQ=F' })
    expect(stored.slice(100, 103).toArray()).toEqual(changed.toArray())
  })

  it('leaves the features to the next import with barsOnly, which then removes what does not hold any more', async () => {
    await put(bars)
    const whole = await features()
    await store.close()
    store = await openStore('sqlite::memory:', { clock })
    expect(await put(bars, true)).toMatchObject({ inserted: bars.length, rowsWritten: 0 })
    expect(await features()).toEqual([])
    expect(await put(bars)).toMatchObject({ inserted: 0, unchanged: bars.length })
    expect(await features()).toEqual(whole)
  })

  it('stores nothing of an import that is stopped', async () => {
    const signal = AbortSignal.abort(new Error('enough'))
    const options = { instrument, bars, store, clock, timer: clock, source: 'csv', signal }
    await expect(importBars(options)).rejects.toThrow('enough')
    expect(await store.countRows('ohlc_data')).toBe(0)
  })
})
