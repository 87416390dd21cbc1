import { createCollector } from '@openpredict/collector'
import { createYahooSource } from '@openpredict/fetcher'
import { createManualClock } from '@openpredict/market'
import { startYahooServer } from '@openpredict/simulator'
import { openStore } from '@openpredict/store'
import { expect, it } from 'vitest'

import { timer } from '../e2e/world.ts'
import { featuresIn, featuresOf } from '../edge-cases/features.ts'
import { market, START } from '../edge-cases/filled-store.ts'
import { Workplace } from '../e2e/run-cli.ts'
import { measured } from './measured.ts'

const MINUTE = 60_000
const DAY = 1_440 * MINUTE
const { instrument } = market

it('thirty days of minutes come in one cold start, in requests that the source allows', async () => {
  using workplace = new Workplace()
  const clock = createManualClock(START)
  await using server = await startYahooServer({ markets: [market], clock })
  await using store = await openStore(`sqlite:${workplace.path('rows.sqlite')}`, { clock: timer })
  const collector = createCollector({
    instrument,
    source: createYahooSource({ clock, timer, baseUrl: server.url }),
    store,
    clock,
    timer,
    host: 'test',
    version: '0',
    coldStartDays: 30,
    reachDays: 30,
    warmUpDays: 0,
  })
  const report = await collector.runCycle()
  expect(report).toMatchObject({ status: 'success', window: { cold: true } })
  // Yahoo gives no more than eight days of minutes at a time.
  expect(report.requests).toBeGreaterThanOrEqual(4)
  expect(report.requests).toBeLessThanOrEqual(6)
  const stored = await store.readBars({ instrument: instrument.symbol })
  const { from } = report.window
  expect(START - from).toBeGreaterThan(29.9 * DAY)
  expect(stored.toArray()).toEqual(market.bars(from, (report.newestBar ?? 0) + MINUTE).toArray())
  expect(await featuresIn(store)).toEqual(await featuresOf(stored, store))
  measured(
    `30 days in one cold start: ${stored.length} bars, ${report.rowsWritten} rows, ${report.requests} requests, ` +
      `${Math.round(report.durationMs)} ms, of it ${Math.round(report.waitingMs)} ms waiting for the simulator`,
  )
})
