import { createRequire } from 'node:module'
import { describe, expect, test } from 'vitest'

import type * as market from '../src/index.ts'

// Loaded by Node itself, as users run it: vitest's own loader puts a getter before every import, which costs more than
// what is measured here.
const { newYorkOffset, tradingDay } = createRequire(import.meta.url)('../src/index.ts') as typeof market

const MINUTE = 60_000
const FROM = Date.UTC(2019, 0, 1)
const TEN_YEARS = 10 * 365 * 24 * 60

// A million calls a run, so that milliseconds a run read as nanoseconds a call.
const COUNT = 1_000_000
const minutes = Float64Array.from({ length: COUNT }, (_, i) => FROM + i * MINUTE)
const scattered = scatter(COUNT)

const intl = new Intl.DateTimeFormat('en-US', { timeZone: 'America/New_York', timeZoneName: 'longOffset' })

/** Minutes of ten years in an order that looks random and is the same in every run. */
function scatter(count: number): Float64Array {
  let state = 1
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return FROM + (state % TEN_YEARS) * MINUTE
  })
}

/** Calls `look` with every instant; the sum keeps the calls from being optimised away. */
function each(instants: Float64Array, look: (time: number) => number): number {
  let sum = 0
  for (const time of instants) sum += look(time)
  return sum
}

describe('New York time', () => {
  test('offset look-ups: ms a run = ns a look-up', async ({ bench }) => {
    const result = await bench.compare(
      bench('newYorkOffset, in order', () => void each(minutes, newYorkOffset)),
      bench('newYorkOffset, random access', () => void each(scattered, newYorkOffset)),
    )
    expect(result.get('newYorkOffset, in order').latency.p50).toBeLessThan(100)
    expect(result.get('newYorkOffset, random access').latency.p50).toBeLessThan(100)
  })

  test('the same from Intl: ms a run of 1,000 = µs a look-up', async ({ bench }) => {
    const few = scattered.subarray(0, 1_000)
    await bench('Intl.DateTimeFormat, random access', () => void each(few, (time) => intl.format(time).length)).run()
  })

  test('trading days: ms a run = ns a look-up', async ({ bench }) => {
    const result = await bench.compare(
      bench('tradingDay, in order', () => void each(minutes, (time) => tradingDay(time).end)),
      bench('tradingDay, random access', () => void each(scattered, (time) => tradingDay(time).end)),
    )
    expect(result.get('tradingDay, random access').latency.p50).toBeLessThan(1_000)
  })
})
