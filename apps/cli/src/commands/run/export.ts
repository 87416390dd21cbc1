import { extname } from 'node:path'
import process from 'node:process'
import { pipeline } from 'node:stream/promises'

import { type TableName, tableOf, TABLES } from '@openpredict/store'

import { configuredInstrument, configuredStore } from '../../configuration.ts'
import { EXIT } from '../../exit.ts'
import { count } from '../../format.ts'
import { openNamedStore } from '../../named-store.ts'
import { openOutput } from '../../output-file.ts'
import { paced } from '../../paced.ts'
import type { Services } from '../../services.ts'
import { UsageError } from '../../usage-error.ts'
import { type ExportFlags, FORMATS } from '../export.ts'
import { tableLines } from './table-lines.ts'

/** Streams the rows of a table, in the order of their keys. */
export async function exportTable(flags: ExportFlags, services: Services): Promise<number> {
  const { terminal } = services
  const table = tableNamed(flags.table)
  const instrument = configuredInstrument(flags, services.env)
  const url = configuredStore(flags, services.env)
  await using store = await openNamedStore(url, services, { readOnly: true, migrate: false })
  const rows = store.streamRows(table, {
    ...('instrument' in tableOf(table).columns ? { instrument: instrument.symbol } : {}),
    ...(flags.from === undefined ? {} : { from: flags.from }),
    ...(flags.to === undefined ? {} : { to: flags.to }),
  })
  // Standard output with --json is for machines: one JSON document.
  const format =
    flags.format ?? (flags.json === true && flags.output === undefined ? 'json' : formatOfFile(flags.output))
  const counted = { rows: 0 }
  const lines = tableLines(table, rows, { format, instrument, counted })
  const { signal } = services
  if (flags.output === undefined) {
    await pipeline(paced(lines, signal), process.stdout, { end: false, signal })
    return EXIT.fine
  }
  const file = await openOutput(flags.output, { inputs: filesOfStore(url) })
  await file.write(paced(lines, signal), { signal })
  if (flags.json === true) terminal.out(JSON.stringify({ table, format, output: flags.output, ...counted }))
  else terminal.out(`${count(counted.rows, 'row')} of ${table} written to ${flags.output}`)
  return EXIT.fine
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

function formatOfFile(output: string | undefined): (typeof FORMATS)[number] {
  const ending = output === undefined ? '' : extname(output).slice(1).toLowerCase()
  return FORMATS.find((format) => format === ending) ?? 'csv'
}
