import { BarSeries, createManualClock, instrumentOf, type ManualClock } from '@openpredict/market'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { BarBatch, BarRequest, BarSource } from './bar-source.ts'
import { noDrops } from './clean-rows.ts'
import { FetchError, type FetchFailure } from './errors.ts'
import { type RetryOptions, withRetries } from './retries.ts'

const REQUEST: BarRequest = { instrument: instrumentOf('NQ=F'), from: 0, to: 60_000 }
const BATCH: BarBatch = {
  instrument: REQUEST.instrument,
  interval: '1m',
  from: 0,
  to: 60_000,
  bars: BarSeries.from([]),
  forming: undefined,
  watermark: 0,
  answeredAt: 0,
  delayMs: 0,
  received: 0,
  dropped: noDrops(),
  requests: 1,
  waitingMs: 10,
}

type Play = FetchFailure | 'bars' | 'hang' | Error

/** A source that plays its part, one act a fetch, each of which takes 100 ms. */
class Actor implements BarSource {
  readonly name = 'Actor'
  readonly fetchedAt: number[] = []
  readonly #timer: ManualClock
  readonly #plays: readonly Play[]

  constructor(timer: ManualClock, plays: readonly Play[]) {
    this.#timer = timer
    this.#plays = plays
  }

  async fetch({ signal }: BarRequest): Promise<BarBatch> {
    const play = this.#plays[Math.min(this.fetchedAt.length, this.#plays.length - 1)] ?? 'bars'
    this.fetchedAt.push(this.#timer.now())
    await this.#timer.sleep(play === 'hang' ? Infinity : 100, signal)
    if (play === 'bars' || play === 'hang') return BATCH
    if (play instanceof Error) throw play
    throw new FetchError(play, { subject: 'Actor', effort: { requests: 2, waitingMs: 100 } })
  }
}

/** Fetches with time running as fast as it is waited for. */
async function run(
  plays: readonly Play[],
  options: Partial<RetryOptions> = {},
): Promise<{ readonly outcome: unknown; readonly fetchedAt: readonly number[]; readonly endedAt: number }> {
  const timer = createManualClock(0)
  const actor = new Actor(timer, plays)
  const outcomes: unknown[] = []
  const fetching = withRetries(actor, { timer, random: () => 0.5, ...options })
    .fetch(REQUEST)
    .then(
      (batch) => outcomes.push(batch),
      (error: unknown) => outcomes.push(error),
    )
  while (outcomes.length === 0) {
    await new Promise(setImmediate)
    if (outcomes.length === 0) timer.advance(25)
  }
  await fetching
  expect(timer.sleepers).toBe(0)
  return { outcome: outcomes[0], fetchedAt: actor.fetchedAt, endedAt: timer.now() }
}

const LATE: FetchFailure = { kind: 'timeout', afterMs: 2_500 }

describe('withRetries', () => {
  it('keeps the name, and passes on what succeeds at once', async () => {
    const timer = createManualClock(0)
    expect(withRetries(new Actor(timer, []), { timer, random: Math.random }).name).toBe('Actor')
    const { outcome, fetchedAt } = await run(['bars'])
    expect(outcome).toEqual(BATCH)
    expect(fetchedAt).toEqual([0])
  })

  it('tries again after pauses that double, random up to their length, and adds up what was spent', async () => {
    const { outcome, fetchedAt } = await run([LATE, { kind: 'http', status: 503 }, 'bars'])
    // 100 ms a fetch; half of 250 ms, then half of 500 ms.
    expect(fetchedAt).toEqual([0, 225, 575])
    expect(outcome).toEqual({ ...BATCH, requests: 5, waitingMs: 210 })
  })

  it('gives up after three attempts with the last error and all that was spent', async () => {
    const { outcome, fetchedAt } = await run([{ kind: 'network' }, LATE, { kind: 'malformed', detail: 'x' }])
    expect(fetchedAt.length).toBe(3)
    expect(outcome).toBeInstanceOf(FetchError)
    expect(outcome).toMatchObject({
      message: 'Actor: the answer is not what was asked for: x',
      effort: { requests: 6, waitingMs: 300 },
    })
  })

  it('never pauses longer than it may', async () => {
    const { fetchedAt } = await run([LATE], { attempts: 5, baseDelayMs: 1_000, maxDelayMs: 1_500, budgetMs: 60_000 })
    expect(fetchedAt).toEqual([0, 600, 1_450, 2_300, 3_150])
  })

  it('waits as long as the source asks', async () => {
    const { fetchedAt } = await run([{ kind: 'rate-limited', retryAfterMs: 3_000 }, 'bars'])
    expect(fetchedAt).toEqual([0, 3_100])
  })

  it('waits as long as a source in trouble asks', async () => {
    const { fetchedAt } = await run([{ kind: 'http', status: 503, retryAfterMs: 3_000 }, 'bars'])
    expect(fetchedAt).toEqual([0, 3_100])
  })

  it('ends at once when a source in trouble asks to wait beyond the budget', async () => {
    const { outcome, endedAt } = await run([{ kind: 'http', status: 503, retryAfterMs: 5_900 }])
    expect(endedAt).toBe(100)
    expect(outcome).toMatchObject({ failure: { kind: 'http', status: 503, retryAfterMs: 5_900 } })
  })

  it('ends at once when the source asks to wait beyond the budget', async () => {
    const { outcome, endedAt } = await run([{ kind: 'rate-limited', retryAfterMs: 5_900 }])
    expect(endedAt).toBe(100)
    expect(outcome).toMatchObject({ failure: { kind: 'rate-limited', retryAfterMs: 5_900 } })
  })

  it('backs off by itself when the source does not say how long', async () => {
    const { fetchedAt } = await run([{ kind: 'rate-limited' }, 'bars'])
    expect(fetchedAt).toEqual([0, 225])
  })

  const final: readonly FetchFailure[] = [
    { kind: 'unknown-symbol', symbol: 'X' },
    { kind: 'bad-request', status: 400, detail: '' },
    { kind: 'http', status: 403 },
    { kind: 'out-of-reach', interval: '1m' },
    { kind: 'unsupported-interval', interval: '1s', supported: [] },
    { kind: 'invalid-window', from: 0, to: 0 },
    { kind: 'file', path: 'x', reason: 'ENOENT' },
    { kind: 'csv', line: 1, found: '', expected: '' },
  ]
  it.each(final)('does not try $kind again', async (failure) => {
    const { fetchedAt, outcome } = await run([failure, 'bars'])
    expect(fetchedAt).toEqual([0])
    expect(outcome).toMatchObject({ failure })
  })

  it('does not try again what is no failure of the source', async () => {
    const bug = new TypeError('a fault of the program')
    expect((await run([bug, 'bars'])).outcome).toBe(bug)
  })

  it('ends a fetch that outlasts the budget, as a timeout caused by the last error', async () => {
    const { outcome, endedAt } = await run([{ kind: 'network' }, 'hang'])
    expect(endedAt).toBe(6_000)
    expect(outcome).toMatchObject({
      failure: { kind: 'timeout', afterMs: 6_000 },
      message: 'Actor, NQ=F 1m: no complete answer within 6 s',
      cause: { failure: { kind: 'network' } },
      effort: { requests: 3, waitingMs: 100 + 6_000 - 225 },
    })
  })

  it('does not start a pause that would outlast the budget', async () => {
    const { outcome, endedAt, fetchedAt } = await run([LATE], { budgetMs: 225 })
    expect(fetchedAt).toEqual([0])
    expect(endedAt).toBe(100)
    expect(outcome).toMatchObject({ failure: LATE })
  })

  it.each([
    ['during a fetch', 50],
    ['during a pause', 150],
  ])('rejects with the reason of the signal %s', async (_, at) => {
    const timer = createManualClock(0)
    const stop = new AbortController()
    const actor = new Actor(timer, [LATE, 'hang'])
    const fetching = withRetries(actor, { timer, random: () => 0.9 }).fetch({ ...REQUEST, signal: stop.signal })
    for (let waited = 0; waited < at; waited += 50) {
      await new Promise(setImmediate)
      timer.advance(50)
    }
    await new Promise(setImmediate)
    stop.abort('enough')
    await expect(fetching).rejects.toBe('enough')
    expect(timer.sleepers).toBe(0)
  })

  it('keeps to attempts and budget, whatever happens', async () => {
    const failures: fc.Arbitrary<Play> = fc.constantFrom<Play[]>(
      LATE,
      'hang',
      'bars',
      { kind: 'network' },
      { kind: 'rate-limited', retryAfterMs: 2_000 },
      { kind: 'unknown-symbol', symbol: 'X' },
    )
    const options = fc.record({
      attempts: fc.integer({ min: 1, max: 6 }),
      budgetMs: fc.integer({ min: 1, max: 120 }).map((steps) => steps * 50),
      share: fc.double({ min: 0, max: 0.999, noNaN: true }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(failures, { minLength: 1, maxLength: 6 }), options, async (plays, given) => {
        const { attempts, budgetMs, share } = given
        const { fetchedAt, endedAt } = await run(plays, { attempts, budgetMs, random: () => share })
        expect(fetchedAt.length).toBeLessThanOrEqual(attempts)
        expect(endedAt).toBeLessThanOrEqual(budgetMs + 25)
      }),
      { numRuns: 60 },
    )
  })
})
