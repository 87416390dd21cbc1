import { targetOf } from '../../targets/targets.ts'
import type { DayReport } from '../day-report.ts'

const SECOND = 1_000
const MB = 1_000_000

/** What the page's script draws: times in seconds since 1970, as uPlot takes them. */
export interface ChartData {
  readonly from: number
  readonly to: number
  readonly stretches: {
    /** The middle of each. */
    readonly time: readonly number[]
    readonly p50: readonly (number | null)[]
    readonly p95: readonly (number | null)[]
    /** Percent. */
    readonly success: readonly (number | null)[]
  }
  /** Seconds. */
  readonly cycles: {
    readonly time: readonly number[]
    readonly good: readonly (number | null)[]
    readonly bad: readonly (number | null)[]
  }
  /** MB. */
  readonly memory: { readonly time: readonly number[]; readonly used: readonly number[] }
  /** Seconds. */
  readonly lag: readonly {
    readonly name: string
    readonly time: readonly number[]
    readonly value: readonly number[]
  }[]
  readonly outages: readonly { readonly start: number; readonly end: number; readonly silent: boolean }[]
  readonly restarts: readonly number[]
  readonly targets: {
    readonly cycle: number
    readonly success: number
    readonly freshness: number
    readonly memory: number
  }
}

/** The columns that the charts of a report are drawn from. */
export function chartData({ from, to, all, timeline, outages, restarts }: DayReport): ChartData {
  const { cycles, memory, lag } = timeline
  const inSeconds = (times: readonly number[]): readonly number[] => times.map((time) => time / SECOND)
  const seconds = (ms: number | undefined): number | null => (ms === undefined ? null : ms / SECOND)
  return {
    from: Date.parse(from) / SECOND,
    to: Date.parse(to) / SECOND,
    stretches: {
      time: all.stretches.map(({ start, end }) => (Date.parse(start) + Date.parse(end)) / 2 / SECOND),
      p50: all.stretches.map(({ p50Ms }) => seconds(p50Ms)),
      p95: all.stretches.map(({ p95Ms }) => seconds(p95Ms)),
      success: all.stretches.map(({ successRate: rate }) => (rate === undefined ? null : 100 * rate)),
    },
    cycles: {
      time: inSeconds(cycles.time),
      good: cycles.durationMs.map((ms, i) => (cycles.succeeded[i] === true ? ms / SECOND : null)),
      bad: cycles.durationMs.map((ms, i) => (cycles.succeeded[i] === true ? null : ms / SECOND)),
    },
    memory: { time: inSeconds(memory.time), used: memory.bytes.map((bytes) => bytes / MB) },
    lag: Object.entries(lag).map(([name, { time, ms }]) => ({ name, time: inSeconds(time), value: inSeconds(ms) })),
    outages: outages.map(({ start, end, kind }) => ({
      start: Date.parse(start) / SECOND,
      end: Date.parse(end) / SECOND,
      silent: kind === 'silent',
    })),
    restarts: restarts.map(({ at }) => Date.parse(at) / SECOND),
    targets: {
      cycle: targetOf('cycle-time').target / SECOND,
      success: targetOf('success').target,
      freshness: targetOf('freshness').target / SECOND,
      memory: targetOf('memory').target / MB,
    },
  }
}
