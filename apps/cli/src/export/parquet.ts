import type { ColumnDescription } from '@openpredict/store'
import type { ByteWriter, ColumnSource, SchemaElement } from 'hyparquet-writer'

import type { TableData, TableRow } from './table-data.ts'

/** Rows that are held, and that a reader can skip, at once. A year of minutes is seven such groups. */
const ROW_GROUP = 50_000

/** Options of `parquetBytes`. */
export interface ParquetOptions {
  /** What wrote the file, such as `openpredict 1.2.0`. */
  readonly createdBy: string
  /** @default 50000 */
  readonly rowGroup?: number
}

/**
 * A table as an Apache Parquet file, packed with Snappy, in portions; no more than one group of rows is held.
 *
 * Instants are `TIMESTAMP(MILLIS, UTC)`, prices and other numbers `DOUBLE`, whole ones `INT64`, booleans `BOOLEAN`, text and
 * UUIDs `STRING`, JSON `JSON`. Only nullable columns may hold nulls. A file without rows has all its columns, too.
 */
export async function* parquetBytes(
  { columns, rows }: TableData,
  { createdBy, rowGroup = ROW_GROUP }: ParquetOptions,
): AsyncIterable<Uint8Array> {
  const library = await import('hyparquet-writer')
  const described = Object.entries(columns)
  const bytes = new library.ByteWriter()
  const schema = [{ name: 'root', num_children: described.length }, ...described.map(schemaElement)]
  const writer = new library.ParquetWriter({ writer: bytes, schema, createdBy })
  let group: TableRow[] = []
  for await (const row of rows) {
    group.push(row)
    if (group.length < rowGroup) continue
    await writer.write({ columnData: described.map(columnSource(group)), rowGroupSize: rowGroup })
    group = []
    yield taken(bytes)
  }
  if (group.length > 0) await writer.write({ columnData: described.map(columnSource(group)), rowGroupSize: rowGroup })
  await writer.finish()
  const last = taken(bytes)
  yield writer.num_rows === 0n ? withTypedGroups(last) : last
}

type Column = readonly [string, ColumnDescription]

function schemaElement([name, { kind, nullable }]: Column): SchemaElement {
  return { name, repetition_type: nullable === true ? 'OPTIONAL' : 'REQUIRED', ...TYPES[kind] }
}

const TEXT = { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } } as const

/** Each logical type with the word that older readers know it by. */
const TYPES: Readonly<Record<ColumnDescription['kind'], Omit<SchemaElement, 'name'>>> = {
  text: TEXT,
  uuid: TEXT,
  json: { type: 'BYTE_ARRAY', converted_type: 'JSON', logical_type: { type: 'JSON' } },
  instant: {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MILLIS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
  },
  integer: { type: 'INT64' },
  price: { type: 'DOUBLE' },
  number: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
}

function columnSource(group: readonly TableRow[]): (column: Column) => ColumnSource {
  return ([name, { kind }]) => {
    const isWhole = kind === 'integer' || kind === 'instant'
    const data = group.map((row) => {
      const value = row[name] ?? null
      return isWhole && typeof value === 'number' ? BigInt(value) : value
    })
    return { name, data }
  }
}

/** The footer's count of rows (field 3: 0), its empty list of row groups (field 4) and the start of `created_by` (field 6). */
const NO_GROUPS = Buffer.from([0x16, 0x00, 0x19, 0x00, 0x28])
/** What the list is one of, as the compact protocol of Thrift writes it: structures. */
const STRUCTURES = 0x0c

/**
 * The file without rows, with its empty list of row groups as one of structures. The library writes it as a list of no type,
 * which the Rust implementation of Arrow, among others, does not read.
 */
function withTypedGroups(file: Uint8Array): Uint8Array {
  const at = Buffer.from(file.buffer, file.byteOffset, file.byteLength).lastIndexOf(NO_GROUPS)
  if (at !== -1) file[at + 3] = STRUCTURES
  return file
}

/** What has been written so far, taken out of the writer, which goes on with an empty buffer. */
function taken(writer: ByteWriter): Uint8Array {
  const bytes = writer.getBytes().slice()
  writer.index = 0
  return bytes
}
