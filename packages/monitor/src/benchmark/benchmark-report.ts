import type { Summary } from '../statistics/summary.ts'
import type { FailureKind } from '../targets/target.ts'
import type { LiveMemory } from './benchmark-sample.ts'

/** What the figures of a benchmark depend on. */
export interface BenchmarkConditions {
  /** For people, as the store: without passwords. */
  readonly source: string
  readonly store: string
  /** How long answers of a simulator took: `default`, or so many milliseconds; `null` for a real source. */
  readonly latency: 'default' | number | null
  /** Of a simulator's market and of its latency; `null` for a real source. */
  readonly seed: number | null
  readonly symbols: readonly string[]
  /** Cycles of each instrument that were asked for. */
  readonly cycles: number
  /** Cycles of each instrument before those that are measured; the first is the cold start. */
  readonly warmUp: number
  /** Whether the simulator ran in the measured process: its processor time and memory are counted with ours. */
  readonly simulatorInside: boolean
}

/** The machine and the program. */
export interface BenchmarkMachine {
  readonly version: string
  readonly node: string
  readonly platform: string
  readonly cpu: string
  readonly cores: number
  readonly memoryBytes: number
}

/** Why a benchmark ended: all cycles were made, somebody stopped it, or the source asked to be left in peace. */
export type BenchmarkEnd = 'complete' | 'aborted' | 'rate-limited'

/** Two groups of cycles and how the later compares with the earlier. Cycles count from 1, both ends are included. */
export interface Trend {
  readonly early: readonly [number, number]
  readonly late: readonly [number, number]
  /** Means of the own time. */
  readonly earlyMs: number
  readonly lateMs: number
  readonly ratio: number
  /** The same ratio of whole cycles, with what they waited for the source. */
  readonly totalRatio: number
}

/** The file that `benchmark` writes: figures only, judged anew whenever it is read. Durations in milliseconds. */
export interface BenchmarkReport {
  readonly kind: 'benchmark'
  readonly format: 1
  /** ISO-8601. */
  readonly startedAt: string
  readonly end: BenchmarkEnd
  readonly conditions: BenchmarkConditions
  readonly machine: BenchmarkMachine
  /** The warm-up, and how long it took; its cycles are in no other figure. */
  readonly warmUp: { readonly cycles: number; readonly durationMs: number }
  readonly cycles: {
    readonly measured: number
    readonly success: number
    readonly partial: number
    readonly failed: number
    readonly aborted: number
    readonly idle: number
  }
  /** Failed, aborted and partial cycles by what failed. */
  readonly failures: Readonly<Record<FailureKind, number>>
  /** `total`, `own` (total without waiting for the source), `waiting`, and each step under its name. */
  readonly times: Readonly<Record<string, Summary>>
  /** The last ten cycles against the first ten; absent for fewer than twenty. */
  readonly slowdown?: Trend
  /** Cycles 901–1,000 against 101–200, of fewer than 1,000 the last tenth against the second; absent for fewer than 20. */
  readonly endurance?: Trend
  readonly memory: {
    readonly startBytes: number
    readonly endBytes: number
    readonly peakBytes: number
    readonly heapStartBytes: number
    readonly heapEndBytes: number
    readonly heapPeakBytes: number
    /** In the order of time. */
    readonly live: readonly LiveMemory[]
  }
  readonly cpu: {
    /** Of each cycle. */
    readonly cycleMs: Summary
    /** Share of one processor while cycles ran, without a pause between them, in %. */
    readonly runPercent: number
  }
  /** Absent where the system does not tell. */
  readonly disk?: { readonly cycleBytes: Summary; readonly runBytesPerSecond: number }
  readonly source: { readonly requests: number; readonly retries: number }
  readonly data: {
    readonly bars: number
    /** Open minutes whose bar never came. */
    readonly minutesMissing: number
    readonly longestLagMs?: number
  }
  /** Rows that a remote store had not taken in the end; absent without one. */
  readonly undelivered?: number
}
