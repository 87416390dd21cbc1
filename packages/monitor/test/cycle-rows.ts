import { CYCLE_STEPS } from '../src/cycle-steps.ts'
import type { CycleRow } from '../src/service-levels/cycle-row.ts'

/** What a test says of a cycle; the rest is as usual. `at`: when it began, epoch ms. */
export interface CycleOptions extends Partial<Omit<CycleRow, 'started_at' | 'finished_at' | 'measures' | 'step_ms'>> {
  readonly at: number
  readonly measures?: Readonly<Record<string, number>>
  readonly step_ms?: Readonly<Record<string, number>>
}

let made = 0

/** A cycle of NQ=F that took 400 ms, half of them waiting, and succeeded. */
export function cycleRow({ at, duration_ms: ms = 400, measures, step_ms: steps, ...rest }: CycleOptions): CycleRow {
  made++
  return {
    id: `00000000-0000-4000-8000-${String(made).padStart(12, '0')}`,
    instrument: 'NQ=F',
    cycle: made,
    started_at: at,
    finished_at: at + Math.ceil(ms),
    duration_ms: ms,
    waiting_ms: ms / 2,
    status: 'success',
    failed_step: null,
    error_category: null,
    bars_fetched: 31,
    bars_new: 1,
    rows_written: 5,
    step_ms: steps ?? Object.fromEntries(CYCLE_STEPS.map((name) => [name, ms / CYCLE_STEPS.length])),
    host: 'box',
    version: '1.0.0',
    measures: measures ?? null,
    ...rest,
  }
}

/** Cycles every minute, `[from, to)`, each as `make` says. */
export function minutely(
  from: number,
  to: number,
  make: (at: number) => Partial<CycleOptions> = () => ({}),
): readonly CycleRow[] {
  const rows: CycleRow[] = []
  for (let at = from; at < to; at += 60_000) rows.push(cycleRow({ at, ...make(at) }))
  return rows
}

/** A cycle that failed to fetch. */
export const FAILED: Partial<CycleOptions> = {
  status: 'failed',
  failed_step: 'fetch',
  error_category: 'network',
  bars_fetched: 0,
  bars_new: 0,
  rows_written: 0,
}

/** The measures of a process that began at `since`, as they are at `at`. */
export function processAt(at: number, since: number, processId: number): Readonly<Record<string, number>> {
  const uptime = at - since
  return {
    process_id: processId,
    process_uptime_ms: uptime,
    process_memory_bytes: 130_000_000,
    process_cpu_ms: uptime / 100,
    process_read_bytes: 0,
    process_written_bytes: uptime,
    process_threads: 11,
    process_open_files: 25,
    system_memory_available_bytes: 6_000_000_000,
    system_memory_total_bytes: 8_000_000_000,
    system_busy_ms: uptime / 2,
    system_cpu_ms: uptime * 2,
  }
}
