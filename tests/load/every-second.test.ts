import { createCollector, type CycleReport, runLoop } from '@openpredict/collector'
import { createYahooSource } from '@openpredict/fetcher'
import { startYahooServer } from '@openpredict/simulator'
import { openStore } from '@openpredict/store'
import { expect, it } from 'vitest'

import { timer } from '../e2e/world.ts'
import { featuresIn, featuresOf } from '../edge-cases/features.ts'
import { market, START } from '../edge-cases/filled-store.ts'
import { jumpingClock } from '../edge-cases/loop.ts'
import { measured, rank } from './measured.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const { instrument } = market
const IS_FULL = process.env['OPENPREDICT_FULL'] === '1'

it('a loop that asks every second stores every bar once, at the first second at which the source has it', async () => {
  const cycles = IS_FULL ? 3_600 : 300
  const clock = jumpingClock(START)
  await using server = await startYahooServer({ markets: [market], clock })
  await using store = await openStore('sqlite::memory:', { clock: timer })
  const source = createYahooSource({ clock, timer, baseUrl: server.url })
  const options = { instrument, source, store, clock, timer, host: 'test', version: '0' }
  const collector = createCollector({ ...options, coldStartDays: 0.25, warmUpDays: 0 })
  const reports: CycleReport[] = []
  const summary = await runLoop({
    collectors: [collector],
    clock,
    timer,
    signal: new AbortController().signal,
    intervalMs: SECOND,
    offsetMs: 0,
    cycles,
    onCycle: (report) => void reports.push(report),
  })
  expect(summary.cycles).toEqual({ success: cycles, partial: 0, failed: 0, idle: 0 })
  const starts = reports.slice(1).map(({ startedAt }) => startedAt)
  expect(starts).toEqual(starts.map((_, n) => (starts[0] ?? 0) + n * SECOND))
  const from = reports[0]?.window.from ?? 0
  const newest = reports.at(-1)?.newestBar ?? 0
  const bars = await store.readBars({ instrument: instrument.symbol })
  expect(bars.toArray()).toEqual(market.bars(from, newest + MINUTE).toArray())
  expect(await featuresIn(store)).toEqual(await featuresOf(bars, store))
  // A new bar every minute, and nothing but questions in the seconds between.
  const news = reports.slice(1).filter(({ barsNew }) => barsNew > 0)
  expect(news.length).toBeLessThanOrEqual(cycles / 60 + 1)
  expect(news.length).toBeGreaterThanOrEqual(cycles / 60 - 1)
  const own = reports.slice(1).map(({ durationMs, waitingMs }) => durationMs - waitingMs)
  measured(`${cycles} cycles, one a second: own time p50 ${rank(own, 0.5)} ms, p99 ${rank(own, 0.99)} ms`)
})
