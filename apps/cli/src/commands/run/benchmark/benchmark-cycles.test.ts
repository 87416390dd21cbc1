import type { Collector, CycleReport, Failure } from '@openpredict/collector'
import { createManualClock, instrumentOf } from '@openpredict/market'
import { expect, test } from 'vitest'

import { type BenchmarkCycles, measureCycles, type MeasuredCycles } from './benchmark-cycles.ts'

const instrument = instrumentOf('NQ=F')

const GOOD: CycleReport = {
  id: '',
  cycle: 1,
  instrument,
  startedAt: 0,
  finishedAt: 0,
  durationMs: 100,
  waitingMs: 80,
  status: 'success',
  window: { from: 0, to: 0, cold: false },
  requests: 1,
  barsFetched: 31,
  barsNew: 1,
  barsCorrected: 0,
  barsHeldBack: 0,
  minutesMissing: 0,
  minutesHealed: 0,
  rowsWritten: 0,
  dropped: {},
  steps: [{ name: 'fetch', durationMs: 85, rows: 31 }],
  delayMs: 0,
  marketOpen: true,
  dryRun: false,
}

function failed(code: string, category: Failure['category'] = 'network'): Partial<CycleReport> {
  return { status: 'failed', failure: { category, code, message: '', hint: '' } }
}

/** A collector whose cycles end as it is told, the first of them first. */
function collectorOf(symbol: string, next: () => Partial<CycleReport>): Collector {
  return {
    instrument: instrumentOf(symbol),
    runCycle({ signal } = {}) {
      signal?.throwIfAborted()
      return Promise.resolve({ ...GOOD, ...next() })
    },
  }
}

interface Told {
  readonly measured: MeasuredCycles
  readonly rounds: readonly number[]
  readonly steps: number
  /** Market minutes and pauses in the order in which they came. */
  readonly slept: readonly number[]
}

async function measure(
  cycle: (count: number) => Partial<CycleReport>,
  options: Partial<BenchmarkCycles> = {},
): Promise<Told> {
  const rounds: number[] = []
  const slept: number[] = []
  let [count, steps] = [0, 0]
  const timer = createManualClock(0)
  const measured = await measureCycles({
    collectors: [collectorOf('NQ=F', () => cycle(count++))],
    timer: {
      now: () => timer.now(),
      sleep: (ms) => {
        slept.push(ms)
        return Promise.resolve()
      },
    },
    signal: new AbortController().signal,
    cycles: 10,
    warmUp: 1,
    pauseMs: 0,
    step: () => steps++,
    takeRetries: () => 0,
    look: () => Promise.resolve(40_000_000),
    onRound: (round) => rounds.push(round),
    ...options,
  })
  return { measured, rounds, steps, slept }
}

test('the warm-up is apart from what is measured, and market time moves on after each round', async () => {
  const { measured, rounds, steps } = await measure((count) => ({ durationMs: 1_000 - count }), { warmUp: 2 })
  expect(measured.warmUp).toEqual({ cycles: 2, durationMs: 1_999 })
  expect(measured.samples.map(({ durationMs }) => durationMs)).toEqual([
    998, 997, 996, 995, 994, 993, 992, 991, 990, 989,
  ])
  expect(measured.end).toBe('complete')
  expect(rounds).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  expect(steps).toBe(12)
})

test('a sample has what the report says and what the process used', async () => {
  const { measured } = await measure(() => ({ lagMs: 60_000 }), { cycles: 1, takeRetries: () => 2 })
  expect(measured.samples[0]).toMatchObject({
    durationMs: 100,
    waitingMs: 80,
    status: 'success',
    stepMs: { fetch: 85 },
    requests: 1,
    retries: 2,
    barsNew: 1,
    lagMs: 60_000,
  })
  expect(measured.samples[0]?.memoryBytes).toBeGreaterThan(measured.samples[0]?.heapBytes ?? 0)
  expect(measured.live).toEqual([
    { round: 0, bytes: 40_000_000 },
    { round: 1, bytes: 40_000_000 },
  ])
})

test('memory is looked at twenty times, at the start and at the end', async () => {
  const { measured } = await measure(() => ({}), { cycles: 50 })
  expect(measured.live.map(({ round }) => round)).toEqual([
    0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 33, 36, 39, 42, 45, 48, 50,
  ])
})

test('failed cycles count, and one that was cut off at its deadline is aborted', async () => {
  const { measured } = await measure(
    (count) => (count === 2 ? failed('timeout') : count === 3 ? failed('deadline', 'system') : {}),
    {
      cycles: 4,
    },
  )
  expect(measured.samples.map(({ status, category }) => [status, category])).toEqual([
    ['success', undefined],
    ['failed', 'network'],
    ['aborted', 'system'],
    ['success', undefined],
  ])
})

test('a warm-up that fails ends it, and nothing is measured', async () => {
  const { measured } = await measure(() => failed('refused'))
  expect(measured).toMatchObject({ failed: { failure: { code: 'refused' } }, samples: [] })
})

test('a source that asks to be left in peace is asked no more', async () => {
  const { measured } = await measure((count) => (count === 3 ? failed('rate-limited') : {}))
  expect(measured.end).toBe('rate-limited')
  expect(measured.samples.map(({ status }) => status)).toEqual(['success', 'success', 'failed'])
})

test('what was measured before a stop is kept', async () => {
  const stop = new AbortController()
  const { measured } = await measure(
    (count) => {
      if (count === 4) stop.abort()
      return {}
    },
    { signal: stop.signal },
  )
  expect(measured.end).toBe('aborted')
  expect(measured.samples).toHaveLength(4)
})

test('a stop during the warm-up leaves nothing', async () => {
  const { measured } = await measure(() => ({}), { signal: AbortSignal.abort() })
  expect(measured).toMatchObject({ end: 'aborted', samples: [], warmUp: { cycles: 0 } })
})

test('a fault of the program is thrown', async () => {
  const broken = { instrument, runCycle: () => Promise.reject(new Error('broken')) }
  await expect(measure(() => ({}), { collectors: [broken] })).rejects.toThrow('broken')
})

test('between two rounds the source is left in peace for as long as it wants, and not after the last', async () => {
  const { slept } = await measure(() => ({}), { cycles: 3, pauseMs: 2_000 })
  expect(slept).toEqual([2_000, 2_000])
})

test('each instrument has its cycle in each round', async () => {
  const order: string[] = []
  const collectors = ['NQ=F', 'ES=F'].map((symbol) =>
    collectorOf(symbol, () => {
      order.push(symbol)
      return {}
    }),
  )
  const { measured, steps } = await measure(() => ({}), { collectors, cycles: 2, warmUp: 0 })
  expect(order).toEqual(['NQ=F', 'ES=F', 'NQ=F', 'ES=F'])
  expect(measured.samples).toHaveLength(4)
  expect(steps).toBe(2)
})
