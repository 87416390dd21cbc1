import { FetchError } from '@openpredict/fetcher'
import type { Bar, ManualClock } from '@openpredict/market'
import type { Store } from '@openpredict/store'
import { beforeEach, describe, expect, it } from 'vitest'

import { type CycleWorld, market, openWorld, START, storedLevels } from '../test/cycle-world.ts'
import type { ScriptedSource } from '../test/scripted-source.ts'

const MINUTE = 60_000

let world: CycleWorld
let clock: ManualClock
let source: ScriptedSource
let store: Store
beforeEach(async () => {
  world = await openWorld()
  ;({ clock, source, store } = world)
  return () => store.close()
})

describe('coarser bars before the first minutes', () => {
  /** What the market did in the five minutes from each fifth minute on. */
  function coarse(): readonly Bar[] {
    const length = 5 * MINUTE
    const from = START - 60 * 1_440 * MINUTE
    const groups = Map.groupBy(market.bars(from, START), ({ time }) => Math.floor(time / length) * length)
    return [...groups].map(([time, bars]) => ({
      time,
      open: bars[0]?.open ?? 0,
      high: Math.max(...bars.map(({ high }) => high)),
      low: Math.min(...bars.map(({ low }) => low)),
      close: bars.at(-1)?.close ?? 0,
      volume: bars.reduce((sum, { volume }) => sum + volume, 0),
    }))
  }

  async function levelTypes(): Promise<readonly string[]> {
    return [...new Set((await store.readRows('reference_levels')).map((row) => row.level_type))]
  }

  it('make levels of long periods known from the first cycle on', async () => {
    await world.collector().runCycle()
    const without = await levelTypes()
    expect(without).not.toContain('PREV_WEEK_HIGH')

    await store.reset()
    source.coarse = coarse()
    const { status } = await world.collector().runCycle()
    expect(status).toBe('success')
    expect(await levelTypes()).toEqual(expect.arrayContaining(['MONTHLY_OPEN', 'PREV_WEEK_HIGH', 'PREV_WEEK_LOW']))
    const weekly = await store.readRows('fibonacci_pivots')
    expect(weekly.some(({ period }) => period === 'WEEKLY')).toBe(true)
  })

  it('leave no row of what only minutes can tell from before them', async () => {
    source.coarse = coarse()
    await world.collector().runCycle()
    const first = (await store.oldestBar('NQ=F'))?.time ?? 0
    expect(await store.countRows('ohlc_history')).toBeGreaterThan(5_000)
    for (const table of ['liquidity_events', 'fvg', 'hourly_blocks', 'market_structure'] as const) {
      const rows = await store.readRows(table)
      expect(rows.length).toBeGreaterThan(5)
      for (const { confirmed_at: confirmedAt } of rows) expect(confirmedAt ?? first + 1).toBeGreaterThan(first)
    }
  })

  it('leave the rows as they are over a restart, and are asked for once', async () => {
    source.coarse = coarse()
    await world.collector().runCycle()
    const asked = source.asked.length
    const content = await storedLevels(store)
    clock.advance(MINUTE)
    const second = await world.collector().runCycle()
    expect(source.asked).toHaveLength(asked + 1)
    expect(second.rowsWritten).toBeLessThan(60)
    expect(await store.historyVersion('NQ=F')).toBe(0)
    expect((await storedLevels(store)).length).toBeGreaterThanOrEqual(content.length)
  })

  it('do not fail a cycle when they cannot be had, and are asked for again', async () => {
    source.coarse = coarse()
    const fetch = source.fetch.bind(source)
    let fails = true
    source.fetch = async (request) => {
      if (request.interval === '5m' && fails) throw new FetchError({ kind: 'network' })
      return await fetch(request)
    }
    const collecting = world.collector()
    expect(await collecting.runCycle()).toMatchObject({ status: 'success', warmUpFailure: { code: 'network' } })
    expect(await levelTypes()).not.toContain('PREV_WEEK_HIGH')
    fails = false
    clock.advance(MINUTE)
    expect((await collecting.runCycle()).status).toBe('success')
    expect(await levelTypes()).toContain('PREV_WEEK_HIGH')
  })
})
