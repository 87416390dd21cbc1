import { type Clock, createManualClock, instrumentOf } from '@openpredict/market'
import type { Store } from '@openpredict/store'
import { describe, expect, it } from 'vitest'

import { type CycleOptions, cycleRow, FAILED } from '../../test/cycle-rows.ts'
import { dayStore, errorRow } from '../../test/day-store.ts'
import { watchCollector, type WatchOptions, type WatchSample } from './watch-collector.ts'

const MINUTE = 60_000
const START = Date.UTC(2024, 5, 5, 14)

/** A clock whose sleepers sleep no time; `happen` is told of every minute that passes. */
function quickClock(happen: (minute: number) => Promise<void>): Clock {
  let now = START
  return {
    now: () => now,
    async sleep(ms, signal) {
      for (const end = now + ms; now < end;) {
        signal?.throwIfAborted()
        now = Math.min(end, now + MINUTE)
        await happen((now - START) / MINUTE)
      }
      signal?.throwIfAborted()
    },
  }
}

interface Scene {
  readonly store: Store
  /** What is recorded in a minute. */
  readonly cycles: (minute: number) => readonly Partial<CycleOptions>[]
  readonly options?: Partial<WatchOptions>
  readonly onMinute?: (minute: number) => void
}

async function watched({ store, cycles, options, onMinute }: Scene) {
  const samples: WatchSample[] = []
  const clock = quickClock(async (minute) => {
    onMinute?.(minute)
    const recorded = cycles(minute)
    if (recorded.length === 0) return
    await store.transaction(async (tx) => {
      for (const its of recorded) {
        const row = cycleRow({ at: START + minute * MINUTE - 5_000, ...its })
        await tx.putCycle(row)
        if (row.status === 'failed') await tx.putError(errorRow(row))
      }
    })
  })
  const summary = await watchCollector({
    store,
    clock,
    durationMs: 10 * MINUTE,
    observers: [(sample) => void samples.push(sample)],
    signal: new AbortController().signal,
    ...options,
  })
  return { samples, summary }
}

describe('a watch', () => {
  it('looks every interval, and tells of each cycle once', async () => {
    await using store = await dayStore({})
    const { samples, summary } = await watched({ store, cycles: () => [{}] })
    expect(samples.map(({ at, cycles }) => [(at - START) / MINUTE, cycles.length])).toEqual(
      Array.from({ length: 10 }, (_, i) => [i + 1, 1]),
    )
    expect(summary).toEqual({
      from: START,
      to: START + 10 * MINUTE,
      samples: 10,
      cycles: 10,
      storeFailures: 0,
      metricsFailures: 0,
      stopped: false,
    })
  })

  it('tells of failures and of what was logged of them', async () => {
    await using store = await dayStore({})
    const { samples } = await watched({ store, cycles: (minute) => [minute === 4 ? FAILED : {}] })
    const told = samples.filter(({ errors }) => errors.length > 0)
    expect(told.map(({ at, errors }) => [(at - START) / MINUTE, errors[0]?.error_message])).toEqual([
      [4, 'Yahoo did not answer'],
    ])
    expect(told[0]?.cycles).toMatchObject([{ status: 'failed', failed_step: 'fetch' }])
  })

  it('tells of a cycle that began before the last look and was recorded after it', async () => {
    await using store = await dayStore({})
    const { samples } = await watched({
      store,
      cycles: (minute) => (minute === 6 ? [{ at: START + 2 * MINUTE, duration_ms: 4 * MINUTE }] : []),
    })
    expect(samples.map(({ cycles }) => cycles.length)).toEqual([0, 0, 0, 0, 0, 1, 0, 0, 0, 0])
  })

  it('takes the process to be down after more than two intervals without a cycle, until one comes', async () => {
    await using store = await dayStore({ cycles: [cycleRow({ at: START - 1_000, duration_ms: 1_000 })] })
    const down = await watched({
      store,
      cycles: (minute) => (minute === 6 ? [{}] : []),
      options: { instruments: [instrumentOf('NQ=F')] },
    })
    // The last cycle ended at 0; the next one ends 4.6 s before minute 6.
    expect(down.samples.map((sample) => sample.down)).toEqual([
      undefined,
      undefined,
      'no-cycles',
      'no-cycles',
      'no-cycles',
      undefined,
      undefined,
      'no-cycles',
      'no-cycles',
      'no-cycles',
    ])
  })

  it('takes a collector to be down that never made a cycle, where it is known what it should collect', async () => {
    await using store = await dayStore({ cycles: [cycleRow({ at: START - 60 * MINUTE })] })
    const configured = [instrumentOf('NQ=F')]
    const { samples } = await watched({ store, cycles: () => [], options: { configured, durationMs: MINUTE } })
    expect(samples).toMatchObject([{ down: 'no-cycles', silentMs: 61 * MINUTE - 400 }])
  })

  it('finds an instrument that comes later, with all of its cycles', async () => {
    await using store = await dayStore({})
    const { summary } = await watched({
      store,
      cycles: (minute) => [{}, ...(minute > 5 ? [{ instrument: 'BTC-USD' }] : [])],
      options: { durationMs: 14 * MINUTE },
    })
    expect(summary.cycles).toBe(14 + 9)
  })

  it('does not take a closed market for a process that is down', async () => {
    await using store = await dayStore({})
    const saturday = Date.UTC(2024, 5, 8, 12)
    const clock = createManualClock(saturday)
    const samples: WatchSample[] = []
    const running = watchCollector({
      store,
      instruments: [instrumentOf('NQ=F')],
      clock,
      durationMs: 31 * MINUTE,
      everyMs: 15 * MINUTE,
      observers: [(sample) => void samples.push(sample)],
      signal: new AbortController().signal,
    })
    let ended = false
    void running.finally(() => (ended = true))
    while (!ended) {
      if (clock.sleepers > 0) clock.advance(MINUTE)
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(samples.map(({ down }) => down)).toEqual([undefined, undefined, 'no-cycles'])
  })

  it('takes the process to be down when its metrics do not answer', async () => {
    await using store = await dayStore({})
    let asked = 0
    const { samples, summary } = await watched({
      store,
      cycles: () => [{}],
      options: {
        askMetrics: () => (++asked === 3 ? Promise.reject(new Error('connection refused')) : Promise.resolve()),
      },
    })
    expect(samples.flatMap(({ down, at }) => (down === undefined ? [] : [[down, (at - START) / MINUTE]]))).toEqual([
      ['metrics', 3],
    ])
    expect(summary.metricsFailures).toBe(1)
  })

  it('goes on when the store does not answer, and says so', async () => {
    const store = await dayStore({})
    const { summary, samples } = await watched({
      store,
      cycles: () => [],
      onMinute: (minute) => void (minute === 9 && store.close()),
    })
    expect(summary.samples).toBe(10)
    expect(samples.at(-1)?.storeError).toBeInstanceOf(Error)
  })

  it('ends when it is told to, with a last look', async () => {
    await using store = await dayStore({})
    const stop = new AbortController()
    const { summary, samples } = await watched({
      store,
      cycles: () => [{}],
      onMinute: (minute) => void (minute === 3 && stop.abort(new Error('stopped'))),
      options: { signal: stop.signal },
    })
    expect(summary).toMatchObject({ stopped: true, samples: 3, cycles: 3, to: START + 3 * MINUTE })
    expect(samples).toHaveLength(3)
  })
})
