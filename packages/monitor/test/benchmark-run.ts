import { CYCLE_STEPS } from '../src/cycle-steps.ts'
import type { BenchmarkRun, BenchmarkSample } from '@openpredict/monitor'

/** A cycle of 500 ms, 400 of them waiting, in which all is well. */
export const GOOD: BenchmarkSample = {
  durationMs: 500,
  waitingMs: 400,
  status: 'success',
  stepMs: { fetch: 410, ...Object.fromEntries(CYCLE_STEPS.map((step) => [step, 10])) },
  requests: 1,
  retries: 0,
  barsNew: 1,
  minutesMissing: 0,
  minutesHealed: 0,
  lagMs: 60_000,
  cpuMs: 20,
  memoryBytes: 200_000_000,
  heapBytes: 30_000_000,
  diskBytes: 100_000,
}

/** A run of 100 good cycles of one instrument, or of others. */
export function benchmarkRun({
  samples = Array.from({ length: 100 }, () => GOOD),
  ...rest
}: Partial<BenchmarkRun> = {}): BenchmarkRun {
  const rounds = samples.length
  return {
    startedAt: '2026-11-25T12:00:00.000Z',
    end: 'complete',
    conditions: {
      source: 'a made-up market in this process (seed 1)',
      store: 'a temporary SQLite file',
      latency: 'default',
      seed: 1,
      symbols: ['NQ=F'],
      cycles: rounds,
      warmUp: 1,
      simulatorInside: true,
    },
    machine: { version: '0.1.0', node: '24.0.0', platform: 'linux x64', cpu: 'a CPU', cores: 2, memoryBytes: 8e9 },
    warmUp: { cycles: 1, durationMs: 1_500 },
    samples,
    live: [0, 0.25, 0.5, 0.75, 1].map((part) => ({ round: Math.ceil(part * rounds), bytes: 38_000_000 })),
    startMemory: { memoryBytes: 190_000_000, heapBytes: 25_000_000 },
    ...rest,
  }
}

/** A hundred cycles (or so many): good ones, of which the first `bad` are changed. */
export function withBad(bad: number, change: Partial<BenchmarkSample>, count = 100): readonly BenchmarkSample[] {
  return Array.from({ length: count }, (_, i) => (i < bad ? { ...GOOD, ...change } : GOOD))
}
