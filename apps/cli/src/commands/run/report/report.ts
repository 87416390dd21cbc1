import { collectedIn, type DayReport, judgeDay, makeDayReport } from '@openpredict/monitor'
import { type Clock, type Instrument, instrumentOf } from '@openpredict/market'
import type { Store } from '@openpredict/store'

import { configuredInstruments, configuredInterval, configuredStore } from '../../../configuration.ts'
import { EXIT } from '../../../exit.ts'
import { openNamedStore } from '../../../named-store.ts'
import { discreet, redactorFor } from '../../../secrets.ts'
import type { Services } from '../../../services.ts'
import { SETTINGS, textOf } from '../../../settings.ts'
import { UsageError } from '../../../usage-error.ts'
import type { ReportFlags } from '../../report.ts'
import { openReportFiles } from './report-files.ts'
import { reportLines } from './report-lines.ts'
import { isMet, judgementJson } from './target-lines.ts'

const DAY = 86_400_000

/** Reports on a window of what is stored. */
export async function report(flags: ReportFlags, outside: Services): Promise<number> {
  const redactor = redactorFor(outside.env, [flags.store])
  const services = { ...outside, terminal: discreet(outside.terminal, redactor) }
  const { terminal, signal, env, version } = services
  const files = await openReportFiles(flags.output)
  const clock = await timeOf(flags.source, services)
  const now = clock.now()
  const to = notAhead(flags.asOf, now)
  const window = { from: to - flags.window, to }
  await using store = await openNamedStore(configuredStore(flags, env), services, { readOnly: true })
  const made = await terminal.spin('reading the store', async () =>
    makeDayReport(
      {
        store,
        instruments:
          namedInstruments(flags) ??
          (await storedInstruments(flags, env, () => collectedIn(store, window, { signal }))),
        ...window,
        madeAt: now,
        version,
        intervalMs: configuredInterval(flags, env) * 1_000,
      },
      { signal },
    ),
  )
  await files.write(made, redactor.text)
  const isGood = printReport(made, services, flags.json === true)
  return isGood || flags.check !== true ? EXIT.fine : EXIT.no
}

/** The end of a window: `--as-of`, or now. Throws a `UsageError` for one that lies ahead. */
export function notAhead(asOf: number | undefined, now: number): number {
  if (asOf === undefined || asOf <= now) return asOf ?? now
  throw new UsageError(
    `--as-of ${new Date(asOf).toISOString()} lies ahead: expected an instant that has passed.`,
    'Give an earlier one, or none for now.',
  )
}

/** Prints a report, as JSON or for a person. Whether there were cycles and every target that was measured is met. */
export function printReport(made: DayReport, { terminal }: Pick<Services, 'terminal'>, json: boolean): boolean {
  const judgements = judgeDay(made)
  if (json) terminal.out(JSON.stringify({ ...made, targets: judgements.map(judgementJson) }))
  else for (const line of reportLines(made, judgements, terminal)) terminal.out(line)
  return made.all.cycles.total > 0 && isMet(judgements)
}

/** The instruments that flags name; `undefined` for none. */
export function namedInstruments({
  symbol = [],
  instrument = [],
}: Pick<ReportFlags, 'symbol' | 'instrument'>): readonly Instrument[] | undefined {
  const symbols = [...new Set([...symbol, ...instrument])]
  return symbols.length === 0 ? undefined : symbols.map(instrumentOf)
}

/** The instruments to judge: those that are named or configured, else those that were collected in the last day. */
export async function watchedInstruments(
  flags: Pick<ReportFlags, 'symbol' | 'instrument'>,
  { env, signal }: Services,
  { store, now }: { readonly store: Store; readonly now: number },
): Promise<readonly Instrument[]> {
  const named = namedInstruments(flags)
  if (named !== undefined) return named
  if (textOf(SETTINGS.instruments, env) !== undefined) return configuredInstruments(flags, env)
  return await storedInstruments(flags, env, () => collectedIn(store, { from: now - DAY, to: now + 1 }, { signal }))
}

/** The time that the collector goes by: the machine's, or that of a simulated market. */
export async function timeOf(source: string | undefined, services: Services): Promise<Clock> {
  if (source === undefined) return services.clock
  if (!/^sim(:|$)/.test(source)) {
    throw new UsageError(
      `--source "${source}": expected sim or sim:URL.`,
      'Leave it out for a collector of a real market.',
    )
  }
  const { openSource } = await import('../../../open-source.ts')
  return (await openSource(source, services)).clock
}

/** The instruments that are found in the store; those of the configuration where there are none. */
async function storedInstruments(
  flags: Pick<ReportFlags, 'symbol' | 'instrument'>,
  env: Services['env'],
  find: () => Promise<readonly Instrument[]>,
): Promise<readonly Instrument[]> {
  const found = await find()
  return found.length > 0 ? found : configuredInstruments(flags, env)
}
