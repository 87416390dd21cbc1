import { BarSeries, createManualClock, instrumentOf, type ManualClock } from '@openpredict/market'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { someBars } from '../test/charts.ts'
import type { BarBatch, BarRequest, BarSource } from './bar-source.ts'
import { type CacheOptions, withCache } from './cache.ts'
import { noDrops } from './clean-rows.ts'
import { FetchError } from './errors.ts'

const MINUTE = 60_000
const NQ = instrumentOf('NQ=F')
const START = 1_000_000 * MINUTE
const DELAY = 10 * MINUTE

interface Asked {
  readonly request: BarRequest
  readonly at: number
}

/** A market with a bar in every minute, ten minutes late. It answers after `answerMs`, with what it knew when asked. */
class Late implements BarSource {
  readonly name = 'Late'
  readonly asked: Asked[] = []
  failures = 0
  readonly #clock: ManualClock
  readonly #answerMs: number

  constructor(clock: ManualClock, answerMs = 0) {
    this.#clock = clock
    this.#answerMs = answerMs
  }

  async fetch(request: BarRequest): Promise<BarBatch> {
    const batch = this.batch(request)
    this.asked.push({ request, at: this.#clock.now() })
    await this.#clock.sleep(this.#answerMs, request.signal)
    if (this.failures > 0) {
      this.failures -= 1
      throw new FetchError({ kind: 'network' })
    }
    return batch
  }

  batch({ instrument, interval = '1m', from, to }: BarRequest): BarBatch {
    const now = this.#clock.now()
    const watermark = now - DELAY
    const count = Math.max(
      0,
      Math.min(Math.ceil(to / MINUTE), Math.floor(watermark / MINUTE)) - Math.ceil(from / MINUTE),
    )
    const bars = BarSeries.from(someBars(Math.ceil(from / MINUTE) * MINUTE, count))
    const window = { from: Math.ceil(from / MINUTE) * MINUTE, to: Math.ceil(to / MINUTE) * MINUTE }
    const about = { instrument, interval, ...window, bars, forming: undefined, watermark, answeredAt: now }
    return { ...about, delayMs: DELAY, received: count, dropped: noDrops(), requests: 1, waitingMs: 5 }
  }
}

function setUp(options: Partial<CacheOptions> & { readonly answerMs?: number } = {}): {
  readonly clock: ManualClock
  readonly late: Late
  readonly source: BarSource
} {
  const clock = createManualClock(START)
  const late = new Late(clock, options.answerMs)
  return { clock, late, source: withCache(late, { clock, ...options }) }
}

/** A window that ends so many minutes before now. */
function ending(endsBefore: number, minutes = 20): BarRequest {
  const to = START - endsBefore * MINUTE
  return { instrument: NQ, from: to - minutes * MINUTE, to }
}

const PAST = ending(60)
const LIVE = ending(0)

describe('withCache', () => {
  it('keeps the name', () => {
    expect(setUp().source.name).toBe('Late')
  })

  it('gives an answer about the past again for 50 seconds, at no cost', async () => {
    const { clock, late, source } = setUp()
    const first = await source.fetch(PAST)
    expect(first).toMatchObject({ requests: 1, waitingMs: 5 })
    clock.advance(49_999)
    const again = await source.fetch(PAST)
    expect(again).toEqual({ ...first, requests: 0, waitingMs: 0 })
    expect(late.asked.length).toBe(1)
    clock.advance(1)
    expect(await source.fetch(PAST)).toMatchObject({ requests: 1, answeredAt: START + 50_000 })
    expect(late.asked.length).toBe(2)
  })

  it('does not live longer for being used', async () => {
    const { clock, late, source } = setUp()
    for (let i = 0; i < 6; i++) {
      await source.fetch(PAST)
      clock.advance(10_000)
    }
    expect(late.asked.map(({ at }) => at - START)).toEqual([0, 50_000])
  })

  it('counts from when it was asked, not from when it came', async () => {
    const { clock, late, source } = setUp({ answerMs: 20_000 })
    const fetching = source.fetch(PAST)
    clock.advance(20_000)
    await fetching
    clock.advance(30_000)
    void source.fetch(PAST)
    expect(late.asked.length).toBe(2)
  })

  it.each([
    ['ends at the live edge', 0, 2],
    ['ends at the watermark', 10, 2],
    ['ends within the overlap', 39, 2],
    ['ends where the overlap begins', 40, 1],
    ['lies in the future', -60, 2],
  ])('asks for a window that %s as often as it must', async (_, endsBefore, times) => {
    const { clock, late, source } = setUp()
    await source.fetch(ending(endsBefore))
    clock.advance(1_000)
    await source.fetch(ending(endsBefore))
    expect(late.asked.length).toBe(times)
  })

  it('has a past that begins where it is told', async () => {
    const { late, source } = setUp({ overlapMs: 0 })
    await source.fetch(ending(10))
    await source.fetch(ending(10))
    expect(late.asked.length).toBe(1)
  })

  it('shares one request, also at the live edge, among callers of the same instant', async () => {
    const { clock, late, source } = setUp({ answerMs: 300 })
    const first = source.fetch(LIVE)
    clock.advance(50)
    const second = source.fetch(LIVE)
    clock.advance(1)
    const third = source.fetch(LIVE)
    expect(late.asked.length).toBe(2)
    const fourth = source.fetch(LIVE)
    expect(late.asked.length).toBe(2)
    clock.advance(300)
    const batches = await Promise.all([first, second, third, fourth])
    expect(batches.map(({ requests, answeredAt }) => [requests, answeredAt - START])).toEqual([
      [1, 0],
      [0, 0],
      [1, 51],
      [0, 51],
    ])
  })

  it.each([
    ['another symbol', { instrument: instrumentOf('ES=F') }],
    ['the same symbol on another tick', { instrument: { ...NQ, tick: 1 } }],
    ['another interval', { interval: '5m' }],
    ['another start', { from: PAST.from - MINUTE }],
    ['another end', { to: PAST.to - MINUTE }],
  ] as const)('takes %s for another question', async (_, other) => {
    const { late, source } = setUp()
    await source.fetch(PAST)
    await source.fetch({ ...PAST, ...other })
    expect(late.asked.length).toBe(2)
  })

  it('takes windows with the same bars for the same, and no interval for minutes', async () => {
    const { late, source } = setUp()
    await source.fetch(PAST)
    await source.fetch({ ...PAST, from: PAST.from - 1, to: PAST.to - 59_999, interval: '1m' })
    expect(late.asked.length).toBe(1)
  })

  it('keeps no failure, and shares it with those who shared the request', async () => {
    const { late, source } = setUp()
    late.failures = 1
    const outcomes = await Promise.allSettled([source.fetch(PAST), source.fetch(PAST)])
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(late.asked.length).toBe(1)
    expect((await source.fetch(PAST)).bars.length).toBe(20)
  })

  it('goes on for the others when one caller is aborted', async () => {
    const { clock, late, source } = setUp({ answerMs: 300 })
    const stop = new AbortController()
    const first = source.fetch({ ...PAST, signal: stop.signal })
    const second = source.fetch(PAST)
    stop.abort('enough')
    await expect(first).rejects.toBe('enough')
    expect(late.asked[0]?.request.signal?.aborted).toBe(false)
    clock.advance(300)
    expect((await second).bars.length).toBe(20)
    expect(late.asked.length).toBe(1)
  })

  it('aborts the request when the last caller has left, and lets nobody share it from then on', async () => {
    const { clock, late, source } = setUp({ answerMs: 300 })
    const stop = new AbortController()
    const fetching = [1, 2].map(() => source.fetch({ ...PAST, signal: stop.signal }))
    stop.abort('enough')
    for (const one of fetching) await expect(one).rejects.toBe('enough')
    expect(late.asked[0]?.request.signal?.aborted).toBe(true)
    expect(clock.sleepers).toBe(0)
    const again = source.fetch(PAST)
    clock.advance(300)
    expect((await again).bars.length).toBe(20)
  })

  it('asks nothing for a caller that is aborted already', async () => {
    const { late, source } = setUp()
    await expect(source.fetch({ ...PAST, signal: AbortSignal.abort('enough') })).rejects.toBe('enough')
    expect(late.asked.length).toBe(0)
  })

  it('keeps no more than it may; what was used longest ago goes first', async () => {
    const { late, source } = setUp({ maxEntries: 2 })
    const [a, b, c] = [60, 70, 80].map((minutes) => ending(minutes)) as [BarRequest, BarRequest, BarRequest]
    for (const request of [a, b, a, c]) await source.fetch(request)
    expect(late.asked.length).toBe(3)
    await source.fetch(a)
    await source.fetch(c)
    expect(late.asked.length).toBe(3)
    await source.fetch(b)
    expect(late.asked.length).toBe(4)
  })

  it('believes nothing from after a clock that was set back', async () => {
    let now = START
    const late = new Late(createManualClock(START))
    const source = withCache(late, { clock: { now: () => now, sleep: () => Promise.resolve() } })
    await source.fetch(PAST)
    now -= 1
    await source.fetch(PAST)
    expect(late.asked.length).toBe(2)
  })

  it('never gives an old latest: whatever is asked and when, no closed bar of that moment is missing', async () => {
    const step = fc.record({
      waitMs: fc.constantFrom(0, 1, 30, 51, 999, 20_000, 49_999, 50_000, MINUTE),
      endsBefore: fc.integer({ min: -5, max: 60 }),
      minutes: fc.integer({ min: 1, max: 3 }),
      moving: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 30 }), async (steps) => {
        const { clock, late, source } = setUp({ maxEntries: 8, shareMs: 0 })
        for (const { waitMs, endsBefore, minutes, moving } of steps) {
          clock.advance(waitMs)
          const shift = moving ? clock.now() - START : 0
          const { from, to } = ending(endsBefore, minutes * 20)
          const request = { instrument: NQ, from: from + shift, to: to + shift }
          const given = await source.fetch(request)
          const fresh = late.batch(request)
          expect(given.bars).toEqual(fresh.bars)
          expect(given.watermark).toBeLessThanOrEqual(fresh.watermark)
          expect(fresh.watermark - given.watermark).toBeLessThan(50_000)
        }
      }),
      { numRuns: 200 },
    )
  })
})
