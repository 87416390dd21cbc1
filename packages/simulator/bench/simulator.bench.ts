import { createRequire } from 'node:module'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { createManualClock } from '@openpredict/market'

import type * as simulator from '../src/index.ts'

// Loaded by Node itself, as users run it: vitest's own loader puts a getter before every import, which costs more than
// what is measured here.
const { createMarket, createReplayMarket, startYahooServer } = createRequire(import.meta.url)(
  '../src/index.ts',
) as typeof simulator

const DAY = 86_400_000
const YEAR = Date.UTC(2024, 0, 1)
const YEAR_END = Date.UTC(2025, 0, 1)
const NOW = Date.UTC(2024, 2, 6, 15, 0, 30)

describe('the simulated market', () => {
  test('a year of minutes from nothing: at least 300,000 bars a second', async ({ bench }) => {
    const count = createMarket().bars(YEAR, YEAR_END).length
    const result = await bench(`${count} bars`, () => void createMarket().bars(YEAR, YEAR_END)).run()
    expect(count / (result.latency.mean / 1000)).toBeGreaterThan(300_000)
  })

  test('one bar of a day never asked for', async ({ bench }) => {
    const market = createMarket()
    let asked = 0
    const result = await bench('today and 2031 alike', () => {
      asked++
      market.bar(Date.UTC(2000 + (asked % 40), 0, 1, 15) + Math.floor(asked / 40) * 7 * DAY)
    }).run()
    expect(result.latency.mean).toBeLessThan(20)
  })

  test('one bar of a day remembered', async ({ bench }) => {
    const market = createMarket()
    let asked = 0
    await bench('any minute of today', () => void market.bar(NOW - 30_000 - (asked++ % 900) * 60_000)).run()
  })
})

describe('a market that is played again', () => {
  test('a year of minutes, checked and read', async ({ bench }) => {
    const bars = createMarket().bars(YEAR, YEAR_END)
    await bench(`${bars.length} bars`, () => void createReplayMarket({ bars }).bars(YEAR, YEAR_END)).run()
  })
})

describe('the chart server', () => {
  let server: Awaited<ReturnType<typeof startYahooServer>>
  let faulty: Awaited<ReturnType<typeof startYahooServer>>
  beforeAll(async () => {
    const clock = createManualClock(NOW)
    server = await startYahooServer({ markets: [createMarket()], clock })
    const rules = (['late-bars', 'revised-bars', 'bad-ticks'] as const).map((kind) => ({ fault: { kind } }))
    faulty = await startYahooServer({ markets: [createMarket()], clock, faults: { rules } })
  })
  afterAll(async () => Promise.all([server.close(), faulty.close()]))

  async function chart(interval: string, from: number, { url } = server): Promise<void> {
    const answer = await fetch(
      `${url}/v8/finance/chart/NQ=F?interval=${interval}&period1=${from / 1000}&period2=${NOW / 1000}`,
    )
    await answer.text()
  }

  test('charts, request to last byte', async ({ bench }) => {
    await bench.compare(
      bench('30 minutes', async () => chart('1m', NOW - 40 * 60_000)),
      bench('7 days of minutes', async () => chart('1m', NOW - 7 * DAY)),
      bench('7 days of minutes, some of them wrong', async () => chart('1m', NOW - 7 * DAY, faulty)),
      bench('60 days of 5 minutes', async () => chart('5m', NOW - 60 * DAY)),
      bench('20 years of days, remembered', async () => chart('1d', NOW - 20 * 365 * DAY)),
    )
  })
})
