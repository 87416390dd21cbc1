import process from 'node:process'
import { pipeline } from 'node:stream/promises'

import { createEngine, FEATURE_TABLES, type FeatureTable, type RowsByTable, toExchange } from '@openpredict/calculators'
import { streamBars } from '@openpredict/fetcher'
import { formatInstant, type Instrument, intervalMs } from '@openpredict/market'

import { configuredInstrument } from '../../configuration.ts'
import { csvDialect } from '../../csv-options.ts'
import { EXIT } from '../../exit.ts'
import { count, formatDuration } from '../../format.ts'
import { openOutput } from '../../output-file.ts'
import { paced } from '../../paced.ts'
import { progressBar } from '../../progress-bar.ts'
import { readInput } from '../../read-input.ts'
import type { Services } from '../../services.ts'
import { SortedLines } from '../../sorted-lines.ts'
import { UsageError } from '../../usage-error.ts'
import type { CalculateFlags } from '../calculate.ts'
import { exchangeKey } from './exchange-key.ts'

/** How many bars were taken in, and how many rows came out of them. */
interface Summary {
  readonly bars: number
  readonly rows: number
  readonly rowsByTable: Readonly<Partial<Record<FeatureTable, number>>>
}

/**
 * Computes the history of features over a file of bars and writes it in the exchange format. Neither the bars nor the rows
 * are ever in memory as a whole.
 */
export async function calculate(flags: CalculateFlags, services: Services): Promise<number> {
  const { terminal, timer, signal } = services
  const { input, output } = flags
  const started = timer.now()
  const tables = wantedTables(flags.table)
  const instrument = configuredInstrument(flags, services.env)
  const file = output === undefined ? undefined : await openOutput(output, { inputs: [input] })
  using lines = new SortedLines()
  const summary = await terminal.spin(`reading ${input}`, (show) =>
    readInput(() => computeInto(lines, flags, { tables, instrument, signal, show })),
  )
  if (file === undefined) {
    await pipeline(paced(inPieces(lines), signal), process.stdout, { end: false, signal })
    return EXIT.fine
  }
  const rows = count(summary.rows, 'row')
  await terminal.spin(`writing ${rows}`, () => file.write(paced(inPieces(lines), signal), { signal }))
  if (flags.json === true) terminal.out(JSON.stringify({ input, output, ...summary }))
  else {
    const took = formatDuration(timer.now() - started)
    terminal.out(`${count(summary.bars, 'bar')} in, ${rows} out to ${output} (${took})`)
  }
  return EXIT.fine
}

function wantedTables(names: readonly string[] = FEATURE_TABLES): readonly FeatureTable[] {
  const tables: readonly string[] = FEATURE_TABLES
  for (const name of names) {
    if (tables.includes(name)) continue
    throw new UsageError(
      `--table "${name}" is not a table of features: expected one of ${tables.join(', ')}.`,
      'Repeat --table for each of several, or leave it out for all of them.',
    )
  }
  return FEATURE_TABLES.filter((table) => names.includes(table))
}

/** What `computeInto` needs besides the flags. */
interface Computation {
  readonly tables: readonly FeatureTable[]
  readonly instrument: Instrument
  readonly signal: AbortSignal
  /** Is told how far it has come. */
  readonly show: (text: string) => void
}

/** Feeds the bars of the input to the engine, piece by piece, and puts aside each row that cannot change any more. */
async function computeInto(lines: SortedLines, flags: CalculateFlags, computation: Computation): Promise<Summary> {
  const { input, interval, from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY, asOf } = flags
  const { tables, instrument, signal, show } = computation
  const engine = createEngine({ instrument, interval, revisable: 0 })
  const rowsByTable = Object.fromEntries(tables.map((table) => [table, 0])) as Record<FeatureTable, number>
  const put = (rows: RowsByTable): void => {
    for (const table of tables) {
      rowsByTable[table] += rows[table].length
      for (const row of rows[table]) {
        const exchanged = toExchange(table, row, instrument.symbol)
        lines.add(exchangeKey(exchanged), JSON.stringify(exchanged))
      }
    }
  }

  let bars = 0
  let lastTime = Number.NEGATIVE_INFINITY
  const read = streamBars(input, {
    interval,
    ...csvDialect(flags),
    signal,
    onProgress: (progress) => show(`computing ${progressBar({ ...progress, bars })}`),
  })
  for await (const piece of read) {
    const wanted = piece.between(from, to)
    engine.feed(wanted)
    put(engine.takeFinished())
    bars += wanted.length
    lastTime = wanted.time.at(-1) ?? lastTime
    if ((piece.time.at(-1) ?? lastTime) >= to) break
  }
  const close = lastTime + intervalMs(interval)
  if (asOf !== undefined) {
    if (asOf < close) {
      throw new UsageError(
        `--as-of ${formatInstant(asOf)} lies before the close of the last bar, ${formatInstant(close)}.`,
        'Give a later instant, or cut the bars with --to.',
      )
    }
    engine.advanceTo(asOf)
  }
  put(engine.takeChanges())
  return { bars, rows: Object.values(rowsByTable).reduce((sum, n) => sum + n, 0), rowsByTable }
}

/** Lines, two hundred at a time: fewer writes than one a line, and little memory. */
function* inPieces(lines: Iterable<string>): Iterable<string> {
  const size = 200
  let piece: string[] = []
  for (const line of lines) {
    piece.push(line)
    if (piece.length < size) continue
    yield `${piece.join('\n')}\n`
    piece = []
  }
  if (piece.length > 0) yield `${piece.join('\n')}\n`
}
