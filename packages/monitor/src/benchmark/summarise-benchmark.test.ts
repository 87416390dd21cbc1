import { expect, test } from 'vitest'

import { benchmarkRun, GOOD, withBad } from '../../test/benchmark-run.ts'
import { summariseBenchmark } from './summarise-benchmark.ts'

const report = (...samples: readonly (readonly Partial<typeof GOOD>[])[]): ReturnType<typeof summariseBenchmark> =>
  summariseBenchmark(benchmarkRun({ samples: samples.flat().map((change) => ({ ...GOOD, ...change })) }))

test('whole cycles, own time, waiting and each step are summed up apart', () => {
  const { times } = report([
    { durationMs: 100, waitingMs: 90, stepMs: { fetch: 95 } },
    { durationMs: 300, waitingMs: 250, stepMs: { fetch: 255, deliver: 7 } },
  ])
  expect(times['total']).toEqual({ count: 2, min: 100, max: 300, mean: 200, median: 100, p95: 300, p99: 300 })
  expect(times['own']).toMatchObject({ min: 10, max: 50, mean: 30 })
  expect(times['waiting']).toMatchObject({ min: 90, max: 250 })
  expect(times['fetch']).toMatchObject({ count: 2, mean: 175 })
  expect(times['deliver']).toMatchObject({ count: 1, mean: 7 })
  expect(Object.keys(times)).toEqual(['total', 'own', 'waiting', 'fetch', 'deliver'])
})

test('failed and aborted cycles are counted, and their times with the others', () => {
  const { cycles, failures, times } = report([
    {},
    { status: 'failed', category: 'network', durationMs: 6_000 },
    { status: 'aborted', category: 'system', durationMs: 8_000 },
    { status: 'partial', category: 'calculation' },
    { status: 'idle' },
  ])
  expect(cycles).toEqual({ measured: 5, success: 1, partial: 1, failed: 1, aborted: 1, idle: 1 })
  expect(failures).toEqual({ network: 1, database: 0, data: 0, calculation: 1, system: 1 })
  expect(times['total']).toMatchObject({ max: 8_000 })
})

test('a thousand cycles show how the tenth hundred compares with the second', () => {
  const samples = Array.from({ length: 1_200 }, (_, i) => ({ ...GOOD, durationMs: 400 + i + 1 }))
  const { endurance } = summariseBenchmark(benchmarkRun({ samples }))
  expect(endurance).toMatchObject({ early: [101, 200], late: [901, 1_000], earlyMs: 150.5, lateMs: 950.5 })
  expect(endurance?.ratio).toBeCloseTo(950.5 / 150.5)
  expect(endurance?.totalRatio).toBeCloseTo(1_350.5 / 550.5)
})

test('of fewer, the last tenth is compared with the second, and the last ten with the first', () => {
  const samples = Array.from({ length: 100 }, (_, i) => ({ ...GOOD, durationMs: 400 + i + 1 }))
  const { endurance, slowdown } = summariseBenchmark(benchmarkRun({ samples }))
  expect(endurance).toMatchObject({ early: [11, 20], late: [91, 100], earlyMs: 15.5, lateMs: 95.5 })
  expect(slowdown).toMatchObject({ early: [1, 10], late: [91, 100], earlyMs: 5.5, lateMs: 95.5 })
})

test('fewer than twenty cycles have no trend', () => {
  expect(summariseBenchmark(benchmarkRun({ samples: withBad(0, {}, 19) }))).not.toHaveProperty('slowdown')
  expect(summariseBenchmark(benchmarkRun({ samples: withBad(0, {}, 19) }))).not.toHaveProperty('endurance')
  expect(summariseBenchmark(benchmarkRun({ samples: withBad(0, {}, 20) })).slowdown?.ratio).toBe(1)
})

test('memory has its start, end and peak; processor and disk are those of the cycles', () => {
  const { memory, cpu, disk } = report([
    { memoryBytes: 210e6, heapBytes: 41e6, cpuMs: 10, diskBytes: 1_000, durationMs: 500 },
    { memoryBytes: 250e6, heapBytes: 60e6, cpuMs: 30, diskBytes: 3_000, durationMs: 500 },
    { memoryBytes: 220e6, heapBytes: 42e6, cpuMs: 20, diskBytes: 2_000, durationMs: 1_000 },
  ])
  expect(memory).toMatchObject({
    startBytes: 190e6,
    endBytes: 220e6,
    peakBytes: 250e6,
    heapStartBytes: 25e6,
    heapEndBytes: 42e6,
    heapPeakBytes: 60e6,
  })
  expect(cpu).toMatchObject({ cycleMs: { mean: 20, max: 30 }, runPercent: 3 })
  expect(disk).toMatchObject({ cycleBytes: { mean: 2_000 }, runBytesPerSecond: 3_000 })
})

test('where the system does not tell, there is no disk', () => {
  const { diskBytes: _, ...silent } = GOOD
  expect(summariseBenchmark(benchmarkRun({ samples: [silent] }))).not.toHaveProperty('disk')
})

test('a minute that was missing and came is not missing', () => {
  const { data } = report([
    { minutesMissing: 3, lagMs: 180_000 },
    { minutesHealed: 2, barsNew: 3 },
  ])
  expect(data).toEqual({ bars: 4, minutesMissing: 1, longestLagMs: 180_000 })
})

test('a run without a cycle is no benchmark', () => {
  expect(() => summariseBenchmark(benchmarkRun({ samples: [] }))).toThrow('at least one measured cycle')
})
