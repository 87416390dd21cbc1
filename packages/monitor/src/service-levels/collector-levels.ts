import { type Calendar, calendarOf, type Instrument } from '@openpredict/market'

import { byStart, type CycleRow } from './cycle-row.ts'
import { type CycleFigures, cycleFigures } from './cycle-figures.ts'
import { expectedCycles } from './expected-cycles.ts'
import { findOutages, type Outage, SILENCE_CYCLES } from './outages.ts'
import { processLives, type ProcessLife, type Restart, restartsAmong } from './process-lives.ts'
import { type Resources, resourcesOf } from './resources.ts'

/** The cycles of one instrument. */
export interface InstrumentCycles {
  readonly instrument: Instrument
  /** Those that began within the window, in any order. */
  readonly rows: readonly CycleRow[]
  /** The newest that began before it, if there was one. */
  readonly before?: CycleRow | undefined
}

/** What to look at. */
export interface CollectorLevelsOptions {
  /** The window, epoch ms; `to` is not included. */
  readonly from: number
  readonly to: number
  /** Milliseconds between cycles of an open market. @default 60_000 */
  readonly intervalMs?: number
  /** Milliseconds between cycles of a closed market. @default 900_000 */
  readonly idleIntervalMs?: number
  /** When an instrument trades. @default its own calendar */
  readonly calendar?: (instrument: Instrument) => Calendar
}

/** An outage, and of what: of one instrument, or of the whole process. */
export interface CollectorOutage extends Outage {
  /** Absent where no instrument was collected. */
  readonly symbol?: string | undefined
}

/** The service levels of a collector over a window. */
export interface CollectorLevels {
  /** All instruments together. `uptime.available` is that of the instrument with the least. */
  readonly all: CycleFigures
  readonly instruments: readonly { readonly symbol: string; readonly figures: CycleFigures }[]
  /** In order of their start. */
  readonly outages: readonly CollectorOutage[]
  readonly lives: readonly ProcessLife[]
  readonly restarts: readonly Restart[]
  readonly resources: Resources
}

/**
 * The service levels of a collector, from the cycles that it recorded.
 *
 * Figures of cycles are told for each instrument and for all; a process collects many instruments, so that what it used,
 * its restarts and the times in which it was not there are told once.
 *
 * @example
 * ```ts
 * const levels = collectorLevels([{ instrument: instrumentOf('NQ=F'), rows: [] }], { from: 0, to: 3_600_000 })
 * levels.all.cycles.total // => 0
 * levels.all.uptime.share // => undefined
 * ```
 */
export function collectorLevels(
  instruments: readonly InstrumentCycles[],
  options: CollectorLevelsOptions,
): CollectorLevels {
  const { from, to } = options
  const paced = instruments.map((its) => ({ ...its, expected: paceOf(its.instrument, options) }))
  const allRows = paced.flatMap(({ rows }) => rows)
  const newestBefore = byStart(paced.flatMap(({ before }) => before ?? [])).at(-1)
  const processDown = findOutages(allRows, {
    from,
    to,
    before: newestBefore,
    expected: (a, b) => Math.max(0, ...paced.map(({ expected }) => expected(a, b))),
  }).filter(({ kind }) => kind === 'silent')

  const each = paced.map(({ instrument, rows, before, expected }) => {
    const outages = findOutages(rows, { from, to, before, expected })
    const observedFrom = before === undefined ? firstStart(rows, to) : from
    return {
      symbol: instrument.symbol,
      figures: cycleFigures(rows, { from, to, observedFrom, outages }),
      outages: outages
        .flatMap((outage) => (outage.kind === 'silent' ? without(outage, processDown, expected) : [outage]))
        .map((outage) => ({ ...outage, symbol: instrument.symbol })),
    }
  })

  const observedFrom = newestBefore === undefined ? firstStart(allRows, to) : from
  const all = cycleFigures(allRows, { from, to, observedFrom, outages: processDown })
  const available = each.flatMap(({ figures }) => figures.uptime.available ?? [])
  const failingMs = Math.max(0, ...each.map(({ figures }) => figures.uptime.failingMs))
  const before = newestBefore === undefined ? [] : [newestBefore]
  const lives = processLives([...before, ...allRows])
  return {
    all: {
      ...all,
      uptime: {
        ...all.uptime,
        failingMs,
        available: available.length === 0 ? all.uptime.share : Math.min(...available),
      },
    },
    instruments: each.map(({ symbol, figures }) => ({ symbol, figures })),
    outages: [...processDown, ...each.flatMap(({ outages }) => outages)].toSorted((a, b) => a.start - b.start),
    lives: processLives(allRows),
    restarts: restartsAmong(lives).filter(({ at }) => at >= from),
    resources: resourcesOf(processLives(allRows)),
  }
}

function paceOf(instrument: Instrument, options: CollectorLevelsOptions): (from: number, to: number) => number {
  const { calendar = calendarOf, intervalMs, idleIntervalMs } = options
  const pace = {
    calendar: calendar(instrument),
    delayMs: instrument.delayMs,
    ...(intervalMs === undefined ? {} : { intervalMs }),
    ...(idleIntervalMs === undefined ? {} : { idleIntervalMs }),
  }
  return (from, to) => expectedCycles(pace, from, to)
}

/** What is left of a silence where the process was there: nothing, or long enough to be one of its own. */
function without(
  silence: Outage,
  processDown: readonly Outage[],
  expected: (from: number, to: number) => number,
): readonly Outage[] {
  let pieces: readonly Outage[] = [silence]
  for (const { start, end } of processDown) {
    pieces = pieces.flatMap((piece) => {
      if (end <= piece.start || start >= piece.end) return [piece]
      return [
        { ...piece, end: start, ongoing: false },
        { ...piece, start: end },
      ].filter((left) => left.end > left.start)
    })
  }
  return pieces.filter(({ start, end }) => expected(start, end) > SILENCE_CYCLES)
}

function firstStart(rows: readonly CycleRow[], otherwise: number): number {
  return rows.reduce((first, { started_at: at }) => Math.min(first, at), otherwise)
}
