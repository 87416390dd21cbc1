import { formatInstant, type Instrument } from '@openpredict/market'
import type { Store, WaitOptions } from '@openpredict/store'

import type { QualityReport } from '../quality/quality-report.ts'
import { validateQuality } from '../quality/validate-quality.ts'
import type { DayReport } from '../report/day-report.ts'
import { collectedIn, makeDayReport } from '../report/make-day-report.ts'
import { type IncidentEvent, incidentTimeline } from './incident-timeline.ts'

/** How bad an incident is, the worst first. */
export const INCIDENT_SEVERITIES = ['critical', 'high', 'medium', 'low'] as const

export type IncidentSeverity = (typeof INCIDENT_SEVERITIES)[number]

/** What to write down. */
export interface IncidentOptions {
  readonly store: Store
  readonly severity: IncidentSeverity
  readonly title?: string | undefined
  /** @default those with cycles in the window */
  readonly instruments?: readonly Instrument[]
  /** The window, epoch ms; `to` is not included. */
  readonly from: number
  readonly to: number
  /** Now, epoch ms. */
  readonly madeAt: number
  /** Of this program and of Node.js. */
  readonly version: string
  readonly node: string
  /** The machine on which it is written down. */
  readonly host: string
  /** Takes secrets out of a text of the store. @default none are */
  readonly clean?: (text: string) => string
}

/** The facts of an incident: figures of the window, and what happened when. Instants are ISO 8601, UTC. */
export interface Incident {
  readonly kind: 'incident'
  readonly format: 1
  readonly severity: IncidentSeverity
  readonly title: string
  readonly node: string
  readonly host: string
  readonly schema: { readonly version: number; readonly latest: number }
  readonly report: DayReport
  readonly quality: readonly Pick<QualityReport, 'instrument' | 'verdict' | 'score' | 'checks'>[]
  readonly timeline: readonly IncidentEvent[]
}

/**
 * Gathers the facts of an incident from what is in the store. Rejects with a `StoreError` where the store cannot be read.
 *
 * @example
 * ```ts
 * import { openStore } from '@openpredict/store'
 * import { incidentOf } from '@openpredict/monitor'
 *
 * const store = await openStore('sqlite::memory:', { clock: createManualClock(0) })
 * const window = { from: 0, to: 7_200_000, madeAt: 7_200_000 }
 * const machine = { version: '1.0.0', node: '24.0.0', host: 'here' }
 * const incident = await incidentOf({ store, severity: 'high', ...window, ...machine })
 * incident.title // => 'Incident of 1970-01-01 02:00 UTC'
 * incident.report.all.cycles.total // => 0
 * await store.close()
 * ```
 */
export async function incidentOf(options: IncidentOptions, wait: WaitOptions = {}): Promise<Incident> {
  const { store, severity, from, to, madeAt, version, node, host, clean = (text) => text } = options
  const instruments = options.instruments ?? (await collectedIn(store, { from, to }, wait))
  const { version: found, latest } = await store.schema(wait)
  const report = cleaned(await makeDayReport({ store, instruments, from, to, madeAt, version }, wait), clean)
  const quality: Incident['quality'][number][] = []
  for (const instrument of instruments) {
    const judged = await validateQuality({ store, instrument, from, to, now: madeAt, ...wait })
    const { verdict, score, checks } = judged
    quality.push({ instrument: instrument.symbol, verdict, ...(score === undefined ? {} : { score }), checks })
  }
  return {
    kind: 'incident',
    format: 1,
    severity,
    title: options.title ?? `Incident of ${formatInstant(to).slice(0, 16).replace('T', ' ')} UTC`,
    node,
    host,
    schema: { version: found, latest },
    report,
    quality,
    timeline: incidentTimeline(report),
  }
}

function cleaned(report: DayReport, clean: (text: string) => string): DayReport {
  return {
    ...report,
    errors: report.errors.map(({ hint, ...group }) => ({
      ...group,
      message: clean(group.message),
      ...(hint === undefined ? {} : { hint: clean(hint) }),
    })),
  }
}
