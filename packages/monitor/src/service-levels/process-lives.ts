import { byStart, type CycleRow, measureOf } from './cycle-row.ts'

/** The cycles of one process, in the order in which they began. */
export interface ProcessLife {
  readonly host: string
  readonly processId: number
  readonly rows: readonly CycleRow[]
}

/** A process that took the place of one that had ended. */
export interface Restart {
  /** When its first cycle began, epoch ms. */
  readonly at: number
  readonly host: string
  readonly processId: number
  /** Without a cycle before it, in milliseconds. */
  readonly afterMs: number
  readonly version: string
  /** The version that ran before. */
  readonly versionBefore: string
}

/**
 * Tells the processes apart that made cycles: by host and process id, and by an uptime that falls, for in a container
 * every process has the same id. Ordered by their first cycle. Cycles that do not tell their process belong to none.
 */
export function processLives(rows: readonly CycleRow[]): readonly ProcessLife[] {
  const lives: { host: string; processId: number; rows: CycleRow[] }[] = []
  const current = new Map<string, { readonly life: (typeof lives)[number]; readonly uptime: number }>()
  for (const row of rows.toSorted((a, b) => a.finished_at - b.finished_at || a.started_at - b.started_at)) {
    const processId = measureOf(row, 'process_id')
    const uptime = measureOf(row, 'process_uptime_ms')
    if (processId === undefined || uptime === undefined) continue
    const key = `${processId} ${row.host}`
    const known = current.get(key)
    const life =
      known !== undefined && uptime >= known.uptime ? known.life : { host: row.host, processId, rows: [] as CycleRow[] }
    if (life !== known?.life) lives.push(life)
    life.rows.push(row)
    current.set(key, { life, uptime })
  }
  return lives
    .map((life) => ({ ...life, rows: byStart(life.rows) }))
    .toSorted((a, b) => startOf(a) - startOf(b) || endOf(a) - endOf(b))
}

/**
 * The restarts among processes, in order: each that began when another one had ended, which none had followed yet.
 * Processes that run side by side are no restarts of each other.
 */
export function restartsAmong(lives: readonly ProcessLife[]): readonly Restart[] {
  const followed = new Set<ProcessLife>()
  return lives.flatMap((life) => {
    const [first] = life.rows
    const before = lives
      .filter((other) => other !== life && !followed.has(other) && endOf(other) <= startOf(life))
      .toSorted((a, b) => endOf(b) - endOf(a))[0]
    const last = before?.rows.at(-1)
    if (first === undefined || before === undefined || last === undefined) return []
    followed.add(before)
    const { host, processId } = life
    const afterMs = startOf(life) - endOf(before)
    return [{ at: startOf(life), host, processId, afterMs, version: first.version, versionBefore: last.version }]
  })
}

/** Whether two cycles were made by the same run of a process; `undefined` where that is not known. */
export function isSameProcess(before: CycleRow, after: CycleRow): boolean | undefined {
  const names = ['process_id', 'process_uptime_ms'] as const
  const [idBefore, uptimeBefore] = names.map((name) => measureOf(before, name))
  const [idAfter, uptimeAfter] = names.map((name) => measureOf(after, name))
  if (idBefore === undefined || idAfter === undefined) return undefined
  if (before.host !== after.host || idBefore !== idAfter) return false
  return uptimeBefore === undefined || uptimeAfter === undefined ? undefined : uptimeAfter >= uptimeBefore
}

function startOf({ rows }: ProcessLife): number {
  return rows[0]?.started_at ?? 0
}

function endOf({ rows }: ProcessLife): number {
  return rows.reduce((latest, { finished_at: at }) => Math.max(latest, at), 0)
}
