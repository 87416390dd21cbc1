import { type ManualClock, parseInstant } from '@openpredict/market'
import type { Store } from '@openpredict/store'
import { beforeEach, describe, expect, it } from 'vitest'

import { batchLevels, openWorld, START, storedLevels } from '../test/cycle-world.ts'
import type { ScriptedSource } from '../test/scripted-source.ts'
import type { Collector } from './index.ts'

const MINUTE = 60_000

let clock: ManualClock
let source: ScriptedSource
let store: Store
let collector: Collector
beforeEach(async () => {
  const world = await openWorld()
  ;({ clock, source, store } = world)
  collector = world.collector()
  return () => store.close()
})

describe('a minute without a bar', () => {
  const gone = (minutes: number): number => Math.floor(START / MINUTE) * MINUTE - minutes * MINUTE

  it('is recorded as soon as the source has gone past it, and healed when it comes', async () => {
    const missed = gone(20)
    const bars = source.bars
    source.bars = bars.filter(({ time }) => time !== missed)
    const first = await collector.runCycle()
    const found = await store.readRows('missing_minutes', { from: missed, to: missed + 1 })
    expect(found).toMatchObject([{ state: 'absent_at_source', times_asked: 1, healed_at: null }])
    expect(first.minutesMissing).toBe(await store.countRows('missing_minutes'))

    source.bars = bars
    clock.advance(MINUTE)
    const second = await collector.runCycle()
    expect(second).toMatchObject({ minutesHealed: 1, minutesMissing: 0 })
    const healed = await store.readRows('missing_minutes', { from: missed, to: missed + 1 })
    expect(healed).toMatchObject([{ healed_at: clock.now() }])
    expect(await storedLevels(store)).toEqual(await batchLevels(store, second.watermark ?? 0))
  })

  it('is asked for again when the cycles have left it behind, less often the older it is', async () => {
    const missed = gone(3_000)
    const bars = source.bars
    source.bars = bars.filter(({ time }) => time !== missed)
    await collector.runCycle()
    const quiet = await store.readRows('missing_minutes')
    for (const { timestamp } of quiet) {
      // Everything else that is missing has been found already.
      if (timestamp !== missed) await store.transaction((tx) => tx.markHealed('NQ=F', [timestamp], START))
    }
    const asks: number[] = []
    for (let hour = 1; hour <= 150 && asks.length < 1; hour++) {
      clock.advance(60 * MINUTE)
      source.asked = []
      await collector.runCycle()
      if (source.asked.some(({ from, to }) => from === missed && to === missed + MINUTE)) asks.push(hour)
    }
    // First asked for when it was 50 hours old: again when it is a hundred, or some cycles later when others are due, too.
    expect(asks[0]).toBeGreaterThanOrEqual(50)
    expect(asks[0]).toBeLessThan(60)
    source.bars = bars
    clock.advance(110 * 60 * MINUTE)
    let healed = 0
    for (let cycle = 0; cycle < 30; cycle++) {
      healed += (await collector.runCycle()).minutesHealed
      clock.advance(MINUTE)
    }
    expect(healed).toBe(1)
  })

  it('of a closed market is none', async () => {
    clock.advance(parseInstant('2024-06-08T12:00:00Z') - START)
    await collector.runCycle()
    const weekend = { from: parseInstant('2024-06-07T21:00:00Z'), to: parseInstant('2024-06-08T12:00:00Z') }
    expect(await store.readRows('missing_minutes', weekend)).toEqual([])
  })

  it('that the source has no more after a long absence is known all the same', async () => {
    await collector.runCycle()
    const before = (await store.newestBar('NQ=F'))?.time ?? 0
    clock.advance(40 * 1_440 * MINUTE)
    await collector.runCycle()
    const lost = await store.readRows('missing_minutes', { from: before + MINUTE, to: before + 3 * MINUTE })
    expect(lost).toMatchObject([{ state: 'not_fetched' }, { state: 'not_fetched' }])
  })
})
