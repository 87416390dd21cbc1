import type { DayReport } from '../report/day-report.ts'
import { outageCause } from '../report/outage-cause.ts'

/** Something that happened. */
export interface IncidentEvent {
  /** ISO 8601, UTC. */
  readonly at: string
  /** In words, without any text from the store but names. */
  readonly what: string
  /** A message from the store. */
  readonly message?: string
}

/** So many are read by somebody; of more, the first and the last are kept. */
const MOST_EVENTS = 60
/** A minute or two without a bar are no news of an incident. */
const SHORT_GAP = 3

/**
 * What happened in a window, in order: outages and their ends, restarts, the first and last error of each kind, minutes
 * without a bar.
 */
export function incidentTimeline(report: DayReport): readonly IncidentEvent[] {
  const events: readonly IncidentEvent[] = [
    ...report.outages.flatMap((outage) => {
      const of = outage.symbol === undefined ? 'everything' : outage.symbol
      const end = { at: outage.end, what: `outage of ${of} ended` }
      return [
        { at: outage.start, what: `outage of ${of} began: ${outageCause(outage)}` },
        ...(outage.ongoing ? [] : [end]),
      ]
    }),
    ...report.restarts.map(({ at, host, processId, version, versionBefore }) => ({
      at,
      what: `process ${processId} on ${host} began${version === versionBefore ? '' : `, version ${version} after ${versionBefore}`}`,
    })),
    ...report.errors.flatMap(({ operation, category, code, count, first, last, message }) => {
      const kind = `${category}${code === undefined ? '' : `/${code}`} in ${operation}`
      if (count === 1) return [{ at: first, what: `error: ${kind}`, message }]
      return [
        { at: first, what: `first of ${count} errors: ${kind}` },
        { at: last, what: `last of ${count} errors: ${kind}`, message },
      ]
    }),
    ...report.instruments.flatMap(({ symbol, data }) =>
      data.missing
        .filter(({ minutes }) => minutes >= SHORT_GAP)
        .map(({ start, minutes, state }) => ({
          at: start,
          what: `${minutes} minutes of ${symbol} without a bar begin (${state.replaceAll('_', ' ')})`,
        })),
    ),
  ]
  const sorted = events.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
  if (sorted.length <= MOST_EVENTS) return sorted
  const half = MOST_EVENTS / 2
  const left = { at: sorted[half]?.at ?? '', what: `${sorted.length - MOST_EVENTS} more, left out here` }
  return [...sorted.slice(0, half), left, ...sorted.slice(-half)]
}
