import { writeFile } from 'node:fs/promises'

import { formatInstant, type Instrument } from '@openpredict/market'
import { type QualityReport, validateQuality } from '@openpredict/monitor'
import type { Store } from '@openpredict/store'

import { finishDelivery, openCollectingStore } from '../../../collecting-store.ts'
import { configuredInstruments, configuredStore } from '../../../configuration.ts'
import { EXIT } from '../../../exit.ts'
import { openNamedStore } from '../../../named-store.ts'
import { type OpenedSource, openSource } from '../../../open-source.ts'
import type { Services } from '../../../services.ts'
import { UsageError } from '../../../usage-error.ts'
import type { ValidateFlags } from '../../validate.ts'
import { type Fix, fixQuality } from './validate-fix.ts'
import { printFix, printQuality, qualityJson } from './validate-lines.ts'

const HOUR = 3_600_000

/** What is judged, and as of when. */
interface Judged {
  readonly from: number
  readonly to: number
  readonly now: number
  readonly knownAt?: number
}

/** Judges what is stored of every instrument; with `--fix`, mends what can be and judges again. */
export async function validateStore(flags: ValidateFlags, services: Services): Promise<number> {
  const { terminal } = services
  const instruments = configuredInstruments(flags, services.env)
  // The market's time is the source's: that of a simulator may run faster.
  const source = flags.fix === true || flags.source !== 'yahoo' ? await openSource(flags.source, services) : undefined
  const judged = judgedSpan(flags, (source ?? services).clock.now())
  const results = await judgeAll({ flags, instruments, judged, source, services })
  const ok = results.every(({ report }) => report.verdict !== 'failed')
  const json = {
    ok,
    at: formatInstant(judged.now),
    from: formatInstant(judged.from),
    to: formatInstant(judged.to),
    version: services.version,
    instruments: results.map(({ report, fix }) => ({ ...qualityJson(report), ...(fix === undefined ? {} : { fix }) })),
  }
  if (flags.output !== undefined) await writeFile(flags.output, `${JSON.stringify(json, null, 2)}\n`)
  if (flags.json === true) terminal.out(JSON.stringify(json))
  return ok ? EXIT.fine : EXIT.no
}

interface Judging {
  readonly flags: ValidateFlags
  readonly instruments: readonly Instrument[]
  readonly judged: Judged
  readonly source: OpenedSource | undefined
  readonly services: Services
}

interface Result {
  readonly report: QualityReport
  readonly fix?: Fix
}

async function judgeAll({ flags, instruments, judged, source, services }: Judging): Promise<readonly Result[]> {
  const { terminal, signal } = services
  const results: Result[] = []
  const judge = async (store: Store, instrument: Instrument): Promise<QualityReport> =>
    await validateQuality({ store, instrument, ...judged, recompute: flags.recompute === true, signal })
  const show = (result: Result, instrument: Instrument): void => {
    results.push(result)
    if (flags.json === true) return
    if (result.fix !== undefined) printFix(result.fix, terminal)
    printQuality(result.report, instrument, terminal)
  }
  if (flags.fix !== true || source === undefined) {
    await using store = await openNamedStore(configuredStore(flags, services.env), services, { readOnly: true })
    for (const instrument of instruments) {
      const work = (): Promise<QualityReport> => judge(store, instrument)
      show({ report: await terminal.spin(`looking at ${instrument.symbol}`, work) }, instrument)
    }
    return results
  }
  await using opened = await openCollectingStore(flags, services)
  for (const instrument of instruments) {
    const result = await terminal.spin(`looking at ${instrument.symbol}`, async () => {
      const before = await judge(opened.store, instrument)
      const again = (): Promise<QualityReport> => judge(opened.store, instrument)
      return await fixQuality(before, again, { instrument, store: opened.store, source, services })
    })
    show(result, instrument)
  }
  await finishDelivery(opened, services, { ms: Number.POSITIVE_INFINITY, signal })
  return results
}

/** The window that flags name. Throws a `UsageError` for flags that do not go together, and for an empty window. */
function judgedSpan({ window, asOf, from, to, fix }: ValidateFlags, now: number): Judged {
  if (from !== undefined && window !== undefined)
    throw new UsageError('--from and --window are given.', 'Give the window by one of them.')
  if (asOf !== undefined && (from !== undefined || to !== undefined))
    throw new UsageError('--as-of is given with --from or --to.', 'Give --as-of with --window: the window ends there.')
  if (asOf !== undefined && fix === true)
    throw new UsageError('--as-of and --fix are given: what was missing then may be there now.', 'Leave one away.')
  if (asOf !== undefined && asOf > now)
    throw new UsageError(`--as-of ${formatInstant(asOf)} lies in the future.`, 'Give an instant before now.')
  const end = Math.min(asOf ?? to ?? now, now)
  const begin = from ?? end - (window ?? HOUR)
  if (begin >= end)
    throw new UsageError(
      `The window ${formatInstant(begin)} – ${formatInstant(end)} is empty.`,
      'Give a --from that lies before --to, and before now.',
    )
  if (asOf !== undefined) return { from: begin, to: end, now: asOf, knownAt: asOf }
  return { from: begin, to: end, now }
}
