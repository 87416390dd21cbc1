import { formatInstant, type Instrument, instrumentOf } from '@openpredict/market'
import type { Store, WaitOptions } from '@openpredict/store'

import { collectorLevels, type InstrumentCycles } from '../service-levels/collector-levels.ts'
import type { CycleFigures } from '../service-levels/cycle-figures.ts'
import { errorGroups } from '../service-levels/error-groups.ts'
import { dataFigures } from './data-figures.ts'
import type { DayReport, ReportedFigures, ReportedInstrument, ReportedWatch } from './day-report.ts'
import { withInstants } from './instants.ts'
import { timelineOf } from './timeline.ts'

/** What to report on. */
export interface DayReportOptions {
  readonly store: Store
  /** @default those with cycles in the window */
  readonly instruments?: readonly Instrument[]
  /** The window, epoch ms; `to` is not included. */
  readonly from: number
  readonly to: number
  /** Now, epoch ms. */
  readonly madeAt: number
  readonly version: string
  /** Milliseconds between cycles of an open market. @default 60_000 */
  readonly intervalMs?: number
  readonly watch?: ReportedWatch
}

/**
 * Makes the report of a window from what is in the store alone. Rejects with a `StoreError` where the store cannot be read.
 *
 * @example
 * ```ts
 * import { openStore } from '@openpredict/store'
 *
 * const store = await openStore('sqlite::memory:', { clock: createManualClock(0) })
 * const to = Date.UTC(2024, 5, 6, 14)
 * const window = { from: to - 86_400_000, to, madeAt: to }
 * const report = await makeDayReport({ store, instruments: [instrumentOf('NQ=F')], ...window, version: '1.0.0' })
 * report.all.cycles.total // => 0
 * await store.close()
 * ```
 */
export async function makeDayReport(options: DayReportOptions, wait: WaitOptions = {}): Promise<DayReport> {
  const { store, from, to, madeAt, version, intervalMs = 60_000, watch } = options
  const instruments = options.instruments ?? (await collectedIn(store, { from, to }, wait))
  const cycles: InstrumentCycles[] = []
  for (const instrument of instruments) cycles.push(await cyclesOf(store, instrument, { from, to }, wait))
  const levels = collectorLevels(cycles, { from, to, intervalMs })
  const reported: ReportedInstrument[] = []
  for (const [i, instrument] of instruments.entries()) {
    const { missing, newestBar, ...data } = await dataFigures(store, instrument, { from, to, now: madeAt }, wait)
    reported.push({
      symbol: instrument.symbol,
      figures: reportedFigures(levels.instruments[i]?.figures ?? levels.all),
      data: {
        ...data,
        newestBar: newestBar === undefined ? undefined : formatInstant(newestBar),
        missing: missing.map((stretch) => withInstants(stretch, ['start', 'end'])),
      },
    })
  }
  const symbols: readonly (string | null)[] = [null, ...instruments.map(({ symbol }) => symbol)]
  const errors = await store.readRows('error_log', { from, to }, wait)
  return {
    kind: 'day',
    format: 1,
    madeAt: formatInstant(madeAt),
    version,
    store: store.location,
    from: formatInstant(from),
    to: formatInstant(to),
    intervalMs,
    all: reportedFigures(levels.all),
    instruments: reported,
    outages: levels.outages.map((outage) => withInstants(outage, ['start', 'end'])),
    processes: levels.lives.map(({ host, processId, rows }) => ({
      host,
      processId,
      version: rows.at(-1)?.version ?? '',
      start: formatInstant(rows[0]?.started_at ?? from),
      end: formatInstant(rows.reduce((last, { finished_at: at }) => Math.max(last, at), from)),
      cycles: rows.length,
    })),
    restarts: levels.restarts.map((restart) => withInstants(restart, ['at'])),
    resources: levels.resources,
    errors: errorGroups(errors.filter(({ instrument }) => symbols.includes(instrument))).map((group) =>
      withInstants(group, ['first', 'last']),
    ),
    timeline: timelineOf(Object.fromEntries(cycles.map(({ instrument, rows }) => [instrument.symbol, rows])), {
      from,
      to,
    }),
    watch,
  }
}

/** The instruments that have cycles in a window. */
export async function collectedIn(
  store: Store,
  { from, to }: { readonly from: number; readonly to: number },
  wait: WaitOptions = {},
): Promise<readonly Instrument[]> {
  const symbols = new Set<string>()
  for await (const { instrument } of store.streamRows('collection_cycles', { from, to }, wait)) symbols.add(instrument)
  return [...symbols].toSorted().map(instrumentOf)
}

async function cyclesOf(
  store: Store,
  instrument: Instrument,
  { from, to }: { readonly from: number; readonly to: number },
  wait: WaitOptions,
): Promise<InstrumentCycles> {
  const { symbol } = instrument
  const rows = await store.readRows('collection_cycles', { instrument: symbol, from, to }, wait)
  const earlier = { instrument: symbol, to: from, newestFirst: true, limit: 1 }
  const [before] = await store.readRows('collection_cycles', earlier, wait)
  return { instrument, rows, before }
}

function reportedFigures({ stretches, ...figures }: CycleFigures): ReportedFigures {
  return { ...figures, stretches: stretches.map((stretch) => withInstants(stretch, ['start', 'end'])) }
}
