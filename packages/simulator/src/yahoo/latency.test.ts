import { setTimeout as sleep } from 'node:timers/promises'

import { type Clock, createManualClock, parseInstant } from '@openpredict/market'
import { expect, it } from 'vitest'

import { createMarket } from '../market.ts'
import { createLatency } from './latency.ts'
import { startYahooServer } from './yahoo-server.ts'

const clock = createManualClock(parseInstant('2024-03-06T15:00:30Z'))

/** So many times, sorted. */
function times(count: number, options?: Parameters<typeof createLatency>[0]): readonly number[] {
  const latency = createLatency(options)
  return Array.from({ length: count }, () => latency()).toSorted((a, b) => a - b)
}

it.each([1, 2, 42, 2 ** 40])('has a median of 350 ms and a p99 of 1.5 s (seed %i)', (seed) => {
  const sorted = times(20_000, { seed })
  // Three deviations of the median and the p99 of 20,000 log-normal values, about 1.7 % and 5 %.
  expect(sorted[9_999]).toBeGreaterThan(344)
  expect(sorted[9_999]).toBeLessThan(356)
  expect(sorted[19_799]).toBeGreaterThan(1_425)
  expect(sorted[19_799]).toBeLessThan(1_575)
  expect(sorted[0]).toBeGreaterThan(0)
})

it('is log-normal: a deviation below the median is as far as one above, as a ratio', () => {
  const sorted = times(20_000, { seed: 5 })
  const [low = 0, median = 0, high = 0] = [sorted[3_173], sorted[9_999], sorted[16_826]]
  const deviation = Math.log(1_500 / 350) / 2.326
  expect(Math.log(median / low)).toBeCloseTo(deviation, 1)
  expect(Math.log(high / median)).toBeCloseTo(deviation, 1)
})

it('gives the same times to the same seed, others to another', () => {
  expect(times(50, { seed: 3 })).toEqual(times(50, { seed: 3 }))
  expect(times(50, { seed: 3 })).not.toEqual(times(50, { seed: 4 }))
})

it('follows other figures, and refuses those that cannot be', () => {
  expect(times(3, { medianMs: 20, p99Ms: 20 })).toEqual([20, 20, 20])
  expect(() => createLatency({ medianMs: 0 })).toThrow('expected 0 < median')
  expect(() => createLatency({ medianMs: 200, p99Ms: 100 })).toThrow('median 200 ms and p99 100 ms')
  expect(() => createLatency({ p99Ms: Number.NaN })).toThrow('p99 NaN ms')
})

/** Notes how long it was asked to sleep, and sleeps for no time. */
function notingTimer(): { readonly timer: Clock; readonly slept: number[] } {
  const slept: number[] = []
  return {
    slept,
    timer: {
      now: () => 0,
      sleep: (ms) => {
        slept.push(ms)
        return Promise.resolve()
      },
    },
  }
}

it('charts take the time of the next draw, the clock of the simulator none', async () => {
  const { timer, slept } = notingTimer()
  const drawn = [120, 80]
  await using server = await startYahooServer({
    markets: [createMarket()],
    clock,
    timer,
    latency: () => drawn.shift() ?? 0,
  })
  for (const path of ['/v8/finance/chart/NQ=F', '/simulator/clock', '/v8/finance/chart/NO-SUCH']) {
    await (await fetch(`${server.url}${path}`)).text()
  }
  expect(slept).toEqual([120, 80])
})

it('a client that gives up, and a server that closes, wait for nothing', async () => {
  const ended: unknown[] = []
  let waiting: (() => void) | undefined
  const begun = (): Promise<void> => new Promise((resolve) => (waiting = resolve))
  const timer: Clock = {
    now: () => performance.now(),
    async sleep(ms, signal) {
      waiting?.()
      await sleep(ms, undefined, signal === undefined ? {} : { signal }).catch((error: unknown) => {
        ended.push(error)
        throw error
      })
    },
  }
  const server = await startYahooServer({ markets: [createMarket()], clock, timer, latency: () => 3_600_000 })
  const client = new AbortController()
  const first = begun()
  const asked = fetch(`${server.url}/v8/finance/chart/NQ=F`, { signal: client.signal })
  await first
  client.abort()
  await expect(asked).rejects.toThrow('aborted')
  const second = begun()
  const again = fetch(`${server.url}/v8/finance/chart/NQ=F`)
  await second
  await server.close()
  await expect(again).rejects.toThrow('fetch failed')
  await expect.poll(() => ended.length).toBe(2)
  expect(server.requests).toEqual([])
})
