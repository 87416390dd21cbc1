import type { FailureKind } from '../targets/target.ts'

/** One measured cycle. Durations in milliseconds of real time. */
export interface BenchmarkSample {
  readonly durationMs: number
  /** The part of it spent waiting for the source. */
  readonly waitingMs: number
  /** `aborted`: what ran at the deadline of the cycle was cut off. */
  readonly status: 'success' | 'partial' | 'failed' | 'aborted' | 'idle'
  /** Why it failed, or why one of its calculators did. */
  readonly category?: FailureKind
  /** The steps that ended, by name. */
  readonly stepMs: Readonly<Record<string, number>>
  readonly requests: number
  /** Fetches made again. */
  readonly retries: number
  readonly barsNew: number
  readonly minutesMissing: number
  readonly minutesHealed: number
  /** How far the newest bar lies behind the newest that the source can have. */
  readonly lagMs?: number
  /** Processor time of the whole process during the cycle. */
  readonly cpuMs: number
  /** Memory of the process after the cycle, as the system counts it. */
  readonly memoryBytes: number
  readonly heapBytes: number
  /** What the process has read from disk and written to it during the cycle; absent where the system does not tell. */
  readonly diskBytes?: number
}

/** What was still in use when all garbage had been collected. */
export interface LiveMemory {
  /** How many rounds (cycles of every instrument) were measured before. */
  readonly round: number
  /** The heap, and buffers outside of it. */
  readonly bytes: number
}
