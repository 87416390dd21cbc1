import type { FailureKind } from '../targets/target.ts'
import { byStart, type CycleRow } from './cycle-row.ts'
import { isSameProcess } from './process-lives.ts'
import { mostFrequent } from './success.ts'

/** After so many expected cycles without one, the collector was not there. */
export const SILENCE_CYCLES = 2.5
/** One failed cycle is made good a minute later; so many in a row are an outage. */
const FAILING_CYCLES = 2

/** Why there was an outage: the category of the failures, or what is known of the process. */
type OutageCause =
  | FailureKind
  /** Another process made the next cycle: the first one had ended. */
  | 'process-ended'
  /** The same process went on: it, or its machine, had stood still. */
  | 'process-stalled'
  /** No cycle since. */
  | 'no-cycle-since'
  /** The next cycle does not tell its process. */
  | 'unknown'

/** A stretch in which nothing was collected. Instants in epoch ms. */
export interface Outage {
  /** `failing`: cycles ran and failed. `silent`: there was no cycle at all. */
  readonly kind: 'failing' | 'silent'
  readonly start: number
  readonly end: number
  /** It had not ended when the window did. */
  readonly ongoing: boolean
  readonly cause: OutageCause
  /** How many cycles failed. */
  readonly cycles: number
}

/** What to look at: the cycles of a window, and when there should have been some. */
export interface OutageOptions {
  /** The window, epoch ms. */
  readonly from: number
  readonly to: number
  /** The newest cycle that began before the window, if there was one: without it, what is known begins with the first. */
  readonly before?: CycleRow | undefined
  /** How many cycles should begin between two instants. */
  readonly expected: (from: number, to: number) => number
}

/**
 * Finds the stretches of a window in which nothing was collected, in order of their start.
 *
 * - `silent`: from the end of a cycle to the beginning of the next, where more than 2.5 cycles should have begun between
 *   them. A cycle that runs for long is no silence. The store does not know whether a process was stopped on purpose.
 * - `failing`: two or more failed cycles in a row, from the beginning of the first to that of the next cycle that did not
 *   fail. A silence after a failure of the network in which the same process went on belongs to it: a source that says
 *   when to come back is left in peace until then.
 */
export function findOutages(rows: readonly CycleRow[], options: OutageOptions): readonly Outage[] {
  const { from, to, before } = options
  const cycles = byStart(rows.filter(({ started_at: at }) => at >= from && at < to))
  const known = before === undefined ? cycles : [before, ...cycles]
  const silences = silencesAmong(known, options)
  return [...silences.filter((silence) => !silence.isHold), ...failingRuns(cycles, silences, to)]
    .map(({ kind, start, end, ongoing, cause, cycles: count }) => ({
      kind,
      start: Math.max(from, start),
      end,
      ongoing,
      cause,
      cycles: count,
    }))
    .toSorted((a, b) => a.start - b.start)
}

interface Silence extends Outage {
  /** The source was left in peace. */
  readonly isHold: boolean
  readonly after: CycleRow
}

function silencesAmong(cycles: readonly CycleRow[], { to, expected }: OutageOptions): readonly Silence[] {
  const silences: Silence[] = []
  let end = Number.NEGATIVE_INFINITY
  for (const [i, cycle] of cycles.entries()) {
    // Cycles of several instruments overlap.
    end = Math.max(end, cycle.finished_at)
    const next = cycles[i + 1]
    const until = next?.started_at ?? to
    if (!(expected(end, until) > SILENCE_CYCLES)) continue
    const same = next === undefined ? undefined : isSameProcess(cycle, next)
    const isHold = same === true && cycle.status === 'failed' && cycle.error_category === 'network'
    const cause =
      next === undefined
        ? 'no-cycle-since'
        : same === undefined
          ? 'unknown'
          : same
            ? 'process-stalled'
            : 'process-ended'
    const ongoing = next === undefined
    silences.push({ kind: 'silent', start: end, end: until, ongoing, cause, cycles: 0, isHold, after: cycle })
  }
  return silences
}

function failingRuns(cycles: readonly CycleRow[], silences: readonly Silence[], to: number): readonly Outage[] {
  const runs: Outage[] = []
  let run: CycleRow[] = []
  let held = false
  const end = (until: number, ongoing: boolean): void => {
    const [first] = run
    if (first !== undefined && (run.length >= FAILING_CYCLES || held)) {
      const cause = mostFrequent(run.map((row) => row.error_category ?? 'system')) ?? 'system'
      runs.push({ kind: 'failing', start: first.started_at, end: until, ongoing, cause, cycles: run.length })
    }
    run = []
    held = false
  }
  for (const cycle of cycles) {
    if (cycle.status !== 'failed') {
      end(cycle.started_at, false)
      continue
    }
    run.push(cycle)
    const silence = silences.find(({ after }) => after === cycle)
    if (silence?.isHold === true) held = true
    // Where the process was not there, the run of its failures has ended.
    else if (silence !== undefined) end(cycle.finished_at, false)
  }
  end(to, true)
  return runs
}
