import { extname } from 'node:path'
import { pipeline } from 'node:stream/promises'

import { type Instrument, instrumentOf } from '@openpredict/market'
import { type Row, type TableName, tableOf, TABLES } from '@openpredict/store'

import { configuredInstrument, configuredInstruments, configuredStore } from '../../configuration.ts'
import { EXIT } from '../../exit.ts'
import { count } from '../../format.ts'
import { openNamedStore } from '../../named-store.ts'
import { openOutput } from '../../output-file.ts'
import { paced } from '../../paced.ts'
import type { Services } from '../../services.ts'
import { UsageError } from '../../usage-error.ts'
import { type ExportFlags, FORMATS } from '../export.ts'
import { tableLines } from './table-lines.ts'

type Format = (typeof FORMATS)[number]

/** Streams the rows of a table, in the order of their keys. */
export async function exportTable(flags: ExportFlags, services: Services): Promise<number> {
  const { terminal } = services
  const table = tableNamed(flags.table)
  const { instrument, isNamed } = instrumentFor(table, flags, services.env)
  // Standard output with --json is for machines: one JSON document.
  const format =
    flags.format ?? (flags.json === true && flags.output === undefined ? 'json' : formatOfFile(flags.output))
  requireRoomFor(format, flags.output, terminal.stdout.isTTY === true)
  const url = configuredStore(flags, services.env)
  await using store = await openNamedStore(url, services, { readOnly: true, migrate: false })
  const rows = store.streamRows(table, {
    ...(isNamed ? { instrument: instrument.symbol } : {}),
    ...(flags.from === undefined ? {} : { from: flags.from }),
    ...(flags.to === undefined ? {} : { to: flags.to }),
  })
  const counted = { rows: 0 }
  const content = paced(
    contentOf(table, rows, { format, instrument, counted, version: services.version }),
    services.signal,
  )
  const { signal } = services
  if (flags.output === undefined) {
    await pipeline(content, terminal.stdout, { end: false, signal })
    return EXIT.fine
  }
  const file = await openOutput(flags.output, { inputs: filesOfStore(url) })
  await file.write(content, { signal })
  if (flags.json === true) terminal.out(JSON.stringify({ table, format, output: flags.output, ...counted }))
  else terminal.out(`${count(counted.rows, 'row')} of ${table} written to ${flags.output}`)
  return EXIT.fine
}

/**
 * The instrument that decides how prices are written, and whether rows are its own. A table with rows that are about no
 * instrument, such as `error_log`, is written whole unless one is asked for by `--symbol`.
 */
function instrumentFor(
  table: TableName,
  flags: Pick<ExportFlags, 'symbol' | 'instrument'>,
  env: Services['env'],
): { readonly instrument: Instrument; readonly isNamed: boolean } {
  const { instrument: column } = tableOf(table).columns
  const isAsked = (flags.symbol ?? flags.instrument) !== undefined
  if (column !== undefined && (isAsked || column.nullable !== true)) {
    return { instrument: configuredInstrument(flags, env), isNamed: true }
  }
  const [first = instrumentOf('NQ=F')] = configuredInstruments({}, env)
  return { instrument: first, isNamed: false }
}

/** The files that a store is in: none of them may be written over by what is read from it. */
function filesOfStore(url: string): readonly string[] {
  const [, path] = /^sqlite:(.+)$/i.exec(url) ?? []
  return path === undefined ? [] : [path, `${path}-wal`, `${path}-shm`]
}

function tableNamed(text: string): TableName {
  const names = Object.keys(TABLES)
  if (names.includes(text)) return text as TableName
  throw new UsageError(
    `--table "${text}" is not a table: expected one of ${names.join(', ')}.`,
    'See docs/concepts/tables.md.',
  )
}

/** By the ending of its name, without that of a packed file. */
function formatOfFile(output = ''): Format {
  const ending = extname(output.replace(/\.gz$/, '')).slice(1).toLowerCase()
  return FORMATS.find((format) => format === ending) ?? 'csv'
}

const isBinary = (format: Format): format is 'xlsx' | 'parquet' => format === 'xlsx' || format === 'parquet'

/** Throws a `UsageError` for bytes that would be printed on a terminal, or packed a second time. */
function requireRoomFor(format: Format, output: string | undefined, isTerminal: boolean): void {
  if (!isBinary(format)) return
  if (output === undefined && isTerminal) {
    throw new UsageError(
      `--format ${format} is not for a terminal.`,
      `Give a file with --output rows.${format}, or send standard output to one.`,
    )
  }
  if (output !== undefined && output.endsWith('.gz')) {
    throw new UsageError(`${output}: ${format} is packed as it is.`, 'Leave out .gz.')
  }
}

interface ContentOptions {
  readonly format: Format
  readonly instrument: Instrument
  /** Counted up as rows pass. */
  readonly counted: { rows: number }
  readonly version: string
}

async function* contentOf<T extends TableName>(
  table: T,
  rows: AsyncIterable<Row<T>>,
  { format, instrument, counted, version }: ContentOptions,
): AsyncIterable<string | Uint8Array> {
  if (!isBinary(format)) {
    yield* tableLines(table, rows, { format, instrument, counted })
    return
  }
  const data = { name: table, columns: tableOf(table).columns, rows: counting(rows, counted) }
  if (format === 'xlsx') yield* (await import('../../export/xlsx.ts')).xlsxBytes(data, { instrument })
  else yield* (await import('../../export/parquet.ts')).parquetBytes(data, { createdBy: `openpredict ${version}` })
}

async function* counting<T>(rows: AsyncIterable<T>, counted: { rows: number }): AsyncIterable<T> {
  for await (const row of rows) {
    counted.rows++
    yield row
  }
}
