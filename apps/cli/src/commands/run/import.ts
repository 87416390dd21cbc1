import { importBars } from '@openpredict/collector'
import { readBars } from '@openpredict/fetcher'

import { finishDelivery, openCollectingStore } from '../../collecting-store.ts'
import { configuredInstrument } from '../../configuration.ts'
import { csvDialect } from '../../csv-options.ts'
import { EXIT, printFailure } from '../../exit.ts'
import { count, formatDuration, formatMinute } from '../../format.ts'
import { readInput } from '../../read-input.ts'
import type { Services } from '../../services.ts'
import type { ImportFlags } from '../import.ts'

/** Puts the bars of a file into the store and computes the features of their span. */
export async function importFile(file: string, flags: ImportFlags, services: Services): Promise<number> {
  const { terminal, clock, timer, signal } = services
  const started = timer.now()
  const instrument = configuredInstrument(flags, services.env)
  const bars = await terminal.spin(`reading ${file}`, () =>
    readInput(() => readBars(file, { interval: '1m', ...csvDialect(flags), signal })),
  )
  await using opened = await openCollectingStore(flags, services)
  const { store } = opened
  const result = await terminal.spin(`storing ${count(bars.length, 'bar')}`, () =>
    importBars({
      instrument,
      bars,
      store,
      clock,
      timer,
      source: 'csv',
      barsOnly: flags.barsOnly === true,
      signal,
    }),
  )
  const delivery = await finishDelivery(opened, services, { ms: Number.POSITIVE_INFINITY, signal })
  const code = result.failures.length > 0 ? EXIT.no : (delivery?.waiting ?? 0) > 0 ? EXIT.store : EXIT.fine
  if (flags.json === true) {
    terminal.out(JSON.stringify({ file, instrument: instrument.symbol, ...result, ...delivery }))
    return code
  }
  const first = bars.at(0)
  const last = bars.at(-1)
  const span = first && last ? ` (${formatMinute(first.time)} – ${formatMinute(last.time)} UTC)` : ''
  terminal.out(`${terminal.colour.bold(instrument.symbol)}  ${count(bars.length, 'bar')} read${span}`)
  terminal.out(`  bars      ${result.inserted} new, ${result.corrected} corrected, ${result.unchanged} known already`)
  terminal.out(
    `  features  ${flags.barsOnly === true ? 'left for later' : `${count(result.rowsWritten, 'row')} written`}`,
  )
  terminal.out(`  store     ${store.location} (${formatDuration(timer.now() - started)})`)
  if (delivery !== undefined && delivery.waiting > 0) {
    terminal.out(`  delivery  ${count(delivery.waiting, 'row')} wait for the next collection`)
  }
  for (const failure of result.failures) printFailure(failure, terminal)
  return code
}
