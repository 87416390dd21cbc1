import { type Summary, summaryOf } from '../statistics/summary.ts'
import { byStart, type CycleRow, measureOf, measuresOf } from './cycle-row.ts'
import { type Latency, latencyOf } from './latency.ts'
import type { Outage } from './outages.ts'
import { type Stretch, stretchesOf } from './stretches.ts'
import {
  countByWindow,
  countCycles,
  type CycleCounts,
  failureShares,
  type FailureShare,
  type WindowCounts,
} from './success.ts'
import { type Uptime, uptimeOf } from './uptime.ts'

/** What the cycles of a window come to. */
export interface CycleFigures {
  readonly cycles: CycleCounts
  readonly windows: readonly WindowCounts[]
  readonly failures: readonly FailureShare[]
  readonly latency: Latency
  readonly stretches: readonly Stretch[]
  readonly uptime: Uptime
  readonly fetches: FetchFigures
  /** How far the newest bar lay behind what the source could have, at the end of each cycle, ms. */
  readonly lag?: Summary | undefined
  readonly lagLastMs?: number | undefined
}

/** What was asked of the source and what came of it. */
interface FetchFigures {
  readonly barsFetched: number
  readonly barsNew: number
  readonly barsCorrected: number
  readonly barsHeldBack: number
  readonly rowsWritten: number
  readonly requests: number
  readonly retries: number
  /** The share of cycles that fetched again, 0 to 1; absent where no cycle tells. */
  readonly retryRate?: number | undefined
}

/** The window that is looked at, and what is known of it beside its cycles. */
export interface FigureOptions {
  /** Epoch ms. */
  readonly from: number
  readonly to: number
  /** Where what is known of the window begins, epoch ms. */
  readonly observedFrom: number
  readonly outages: readonly Outage[]
}

/** The figures of the cycles of a window, of one instrument or of several. */
export function cycleFigures(rows: readonly CycleRow[], options: FigureOptions): CycleFigures {
  const { from, to, observedFrom, outages } = options
  const cycles = byStart(rows.filter(({ started_at: at }) => at >= from && at < to))
  const lags = measuresOf(cycles, 'lag_ms')
  return {
    cycles: countCycles(cycles),
    windows: countByWindow(cycles, options),
    failures: failureShares(cycles),
    latency: latencyOf(cycles),
    stretches: stretchesOf(cycles, options),
    uptime: uptimeOf(outages, { start: observedFrom, end: to }),
    fetches: fetchesOf(cycles),
    lag: summaryOf(lags),
    lagLastMs: lags.at(-1),
  }
}

function fetchesOf(rows: readonly CycleRow[]): FetchFigures {
  const telling = rows.flatMap((row) => measureOf(row, 'retries') ?? [])
  return {
    barsFetched: sum(rows.map(({ bars_fetched: n }) => n)),
    barsNew: sum(rows.map(({ bars_new: n }) => n)),
    barsCorrected: sum(measuresOf(rows, 'bars_corrected')),
    barsHeldBack: sum(measuresOf(rows, 'bars_held_back')),
    rowsWritten: sum(rows.map(({ rows_written: n }) => n)),
    requests: sum(measuresOf(rows, 'requests')),
    retries: sum(telling),
    retryRate: telling.length === 0 ? undefined : telling.filter((n) => n > 0).length / telling.length,
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
