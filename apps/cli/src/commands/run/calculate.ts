import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import process from 'node:process'

import { compareExchange, createEngine, type ExchangeRow, FEATURE_TABLES, toExchange } from '@openpredict/calculators'
import { readBars } from '@openpredict/fetcher'
import { formatInstant, intervalMs } from '@openpredict/market'

import { configuredInstrument } from '../../configuration.ts'
import { csvDialect } from '../../csv-options.ts'
import { EXIT } from '../../exit.ts'
import { count, formatDuration } from '../../format.ts'
import { readInput } from '../../read-input.ts'
import type { Services } from '../../services.ts'
import { UsageError } from '../../usage-error.ts'
import type { CalculateFlags } from '../calculate.ts'

/** Computes the history of all features over a file of bars and writes it in the exchange format. */
export async function calculate(flags: CalculateFlags, services: Services): Promise<number> {
  const { terminal } = services
  const started = services.timer.now()
  const instrument = configuredInstrument(flags, services.env)
  const all = await terminal.spin(`reading ${flags.input}`, () =>
    readInput(() => readBars(flags.input, { interval: flags.interval, ...csvDialect(flags), signal: services.signal })),
  )
  const bars = all.between(flags.from ?? Number.NEGATIVE_INFINITY, flags.to ?? Number.POSITIVE_INFINITY)

  const engine = createEngine({ instrument, interval: flags.interval })
  engine.feed(bars)
  const close = (bars.time.at(-1) ?? Number.NEGATIVE_INFINITY) + intervalMs(flags.interval)
  if (flags.asOf !== undefined) {
    if (flags.asOf < close) {
      throw new UsageError(
        `--as-of ${formatInstant(flags.asOf)} lies before the close of the last bar, ${formatInstant(close)}.`,
        'Give a later instant, or cut the bars with --to.',
      )
    }
    engine.advanceTo(flags.asOf)
  }
  const changes = engine.takeChanges()
  const rows = FEATURE_TABLES.flatMap((table) =>
    changes[table].map((row) => toExchange(table, row, instrument.symbol)),
  ).toSorted(compareExchange)

  await pipeline(lines(rows), flags.output === undefined ? process.stdout : createWriteStream(flags.output), {
    end: flags.output !== undefined,
  })
  if (flags.output !== undefined) {
    const took = formatDuration(services.timer.now() - started)
    const summary = { input: flags.input, output: flags.output, bars: bars.length, rows: rows.length }
    if (flags.json === true) terminal.out(JSON.stringify(summary))
    else terminal.out(`${count(bars.length, 'bar')} in, ${count(rows.length, 'row')} out to ${flags.output} (${took})`)
  }
  return EXIT.fine
}

/** A few hundred rows a chunk: fewer writes than one a row, and little memory. */
function* lines(rows: readonly ExchangeRow[]): Iterable<string> {
  const size = 500
  for (let i = 0; i < rows.length; i += size) {
    yield rows
      .slice(i, i + size)
      .map((row) => `${JSON.stringify(row)}\n`)
      .join('')
  }
}
