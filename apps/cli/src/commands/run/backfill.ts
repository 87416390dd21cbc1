import { backfill, type BackfillResult } from '@openpredict/collector'
import { formatInstant, type Instrument } from '@openpredict/market'

import { type CollectingStore, finishDelivery, openCollectingStore } from '../../collecting-store.ts'
import { configuredInstruments } from '../../configuration.ts'
import { EXIT, printFailure } from '../../exit.ts'
import { count, formatDuration, formatMinute } from '../../format.ts'
import { type OpenedSource, openSource } from '../../open-source.ts'
import { partBar } from '../../progress-bar.ts'
import type { Services } from '../../services.ts'
import { UsageError } from '../../usage-error.ts'
import type { BackfillFlags } from '../backfill.ts'

/** Asks for the span, instrument by instrument. */
export async function backfillSpan(flags: BackfillFlags, services: Services): Promise<number> {
  const { terminal, signal } = services
  const instruments = configuredInstruments(flags, services.env)
  const source = await openSource(flags.source, services)
  const span = { from: flags.from, to: Math.min(flags.to ?? Number.POSITIVE_INFINITY, source.clock.now()) }
  if (span.from >= span.to) {
    throw new UsageError(
      `The span ${formatInstant(span.from)} – ${formatInstant(span.to)} is empty.`,
      'Give a --from that lies before --to, and before now.',
    )
  }
  await using opened = await openCollectingStore(flags, services)
  const results: (BackfillResult & { readonly instrument: string })[] = []
  for (const instrument of instruments) {
    const started = services.timer.now()
    const result = await fill(instrument, { span, source, opened, services })
    results.push({ instrument: instrument.symbol, ...result })
    if (flags.json !== true) print(instrument, result, services, services.timer.now() - started)
  }
  const delivery = await finishDelivery(opened, services, { ms: Number.POSITIVE_INFINITY, signal })
  if (flags.json === true) terminal.out(JSON.stringify({ ...jsonSpan(span), instruments: results, ...delivery }))
  if (results.some(({ failures }) => failures.length > 0)) return EXIT.no
  return (delivery?.waiting ?? 0) > 0 ? EXIT.store : EXIT.fine
}

interface Filling {
  readonly span: { readonly from: number; readonly to: number }
  readonly source: OpenedSource
  readonly opened: CollectingStore
  readonly services: Services
}

async function fill(
  instrument: Instrument,
  { span, source: { source, clock }, opened: { store }, services }: Filling,
): Promise<BackfillResult> {
  const { terminal, timer, signal } = services
  return await terminal.spin(instrument.symbol, (show) =>
    backfill({
      instrument,
      source,
      store,
      clock,
      timer,
      ...span,
      signal,
      onPortion: ({ done, portions, from, skipped }) =>
        show(
          `${partBar(done / portions)}  ${instrument.symbol} ${formatMinute(from)}${skipped ? ', complete already' : ''}`,
        ),
    }),
  )
}

function print(instrument: Instrument, result: BackfillResult, { terminal }: Services, ms: number): void {
  const { out, colour } = terminal
  const { portions, skipped, inserted, corrected, healed, missing, rowsWritten, outOfReachBefore } = result
  const complete = skipped > 0 ? `, ${skipped} of them complete already` : ''
  out(
    `${colour.bold(instrument.symbol)}  ${count(portions, 'day')}${complete} ${colour.dim(`(${formatDuration(ms)})`)}`,
  )
  out(`  bars      ${inserted.toLocaleString('en-US')} new, ${corrected} corrected, ${healed} that had been missing`)
  out(`  missing   ${count(missing, 'open minute')} without a bar at the source`)
  out(`  features  ${count(rowsWritten, 'row')} written`)
  if (outOfReachBefore !== undefined) {
    out(`  ${colour.yellow('!')} the source has nothing from before ${formatMinute(outOfReachBefore)} UTC`)
  }
  for (const failure of result.failures) printFailure(failure, terminal)
}

function jsonSpan({ from, to }: { readonly from: number; readonly to: number }): Record<string, string> {
  return { from: formatInstant(from), to: formatInstant(to) }
}
