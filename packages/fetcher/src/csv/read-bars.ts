import { open } from 'node:fs/promises'
import { finished } from 'node:stream/promises'
import { pipeline, type Readable } from 'node:stream'
import { createGunzip, gunzipSync } from 'node:zlib'

import { type BarSeries, BarSeriesBuilder } from '@openpredict/market'
import { CsvError, type Info, type Options, parse } from 'csv-parse'
import { parse as parseSync } from 'csv-parse/sync'

import { FetchError } from '../errors.ts'
import { BarRows } from './bar-rows.ts'
import { delimiterOf } from './columns.ts'
import type { CsvDialect } from './dialect.ts'

const CHUNK_BYTES = 256 * 1024
/** A first line is not longer. */
const HEAD = 64 * 1024

export interface ParseBarsOptions extends CsvDialect {
  /** What the content is called in messages. */
  readonly name?: string
}

export interface ReadBarsOptions extends CsvDialect {
  /** Ends the reading, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal
}

/**
 * Reads bars from the content of a CSV file, plain or gzip.
 *
 * The first line names the columns, in any order and case, as `timestamp,open,high,low,close,volume` or in another
 * common spelling (`Date` and `Time`, `o,h,l,c,v`, `Last`, `Vol`: the README lists them); others are left alone. Fields
 * are separated by commas, semicolons or tabs, whichever the first line has most of.
 *
 * Stamps are ISO-8601, `11/19/2023 18:00` (the month first, `6:00 PM` too), `20231119 180000`, or epoch seconds or
 * milliseconds. Those without a zone are local in `timeZone`. A local time that clocks show twice, in autumn, is the
 * first of the two until times fall back, and then the second; where they do not, it cannot be told which it is, and that
 * line is wrong. So is a time that clocks skip. With `stamp: 'close'` a bar opens one interval before its stamp.
 *
 * An empty volume is 0. Prices stay as they are written. Times must ascend.
 *
 * Throws a `FetchError` of kind `csv` at the first line that is wrong, with its number, what was found and what was
 * expected, and of kind `file` when the gzip data is damaged. Throws a `RangeError` for a time zone that does not exist,
 * and for `stamp: 'close'` without an interval. A header alone is no bars.
 *
 * @example
 * ```ts
 * const bars = parseBars('timestamp,open,high,low,close,volume\n2024-07-01T13:30:00Z,20100,20110.25,20095,20105.5,812\n')
 * bars.at(0).high // => 20110.25
 *
 * const local = 'Date;Time;Open;High;Low;Last;Vol\n07/01/2024;9:31;20100;20110.25;20095;20105.5;812\n'
 * const [bar] = parseBars(local, { timeZone: 'America/New_York', stamp: 'close', interval: '1m' })
 * formatInstant(bar.time) // => '2024-07-01T13:30:00.000Z'
 * ```
 */
export function parseBars(content: string | Uint8Array, options: ParseBarsOptions = {}): BarSeries {
  const { name } = options
  const rows = new BarRows(name, options)
  try {
    const text = typeof content === 'string' ? content : isGzip(content) ? gunzipSync(content) : content
    const input = typeof text === 'string' ? text : Buffer.from(text.buffer, text.byteOffset, text.length)
    parseSync(input, csvOptions(rows, input))
    rows.end()
  } catch (error) {
    throw failed(error, rows, name ?? 'content')
  }
  return rows.take()
}

/**
 * Reads all bars of a CSV file, plain or gzip (told by its content): see `parseBars` for what it may hold.
 *
 * Rejects with a `FetchError` of kind `file` when it cannot be read and of kind `csv` when a line is wrong, and with the
 * signal's reason once that is aborted.
 *
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs'
 * import { tmpdir } from 'node:os'
 *
 * const path = `${tmpdir()}/openpredict-seconds.csv`
 * writeFileSync(path, 'timestamp,open,high,low,close,volume\n1719840600,100,101,99,100.5,\n')
 * const bars = await readBars(path)
 * bars.at(0) // => { time: 1_719_840_600_000, open: 100, high: 101, low: 99, close: 100.5, volume: 0 }
 * ```
 */
export async function readBars(path: string, options: ReadBarsOptions = {}): Promise<BarSeries> {
  const builder = new BarSeriesBuilder()
  for await (const bars of streamBars(path, options)) for (const bar of bars) builder.push(bar)
  return builder.build()
}

/**
 * Reads a CSV file a few thousand bars at a time, so that a long one need not fit into memory. Bars that come before a
 * wrong line have been given when it is met. Rejects as `readBars` does.
 *
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs'
 * import { tmpdir } from 'node:os'
 *
 * const path = `${tmpdir()}/openpredict-long.csv`
 * writeFileSync(path, 'timestamp,open,high,low,close,volume\n1719840600,100,101,99,100.5,7\n')
 * let volume = 0
 * for await (const bars of streamBars(path)) for (const bar of bars) volume += bar.volume
 * volume // => 7
 * ```
 */
export async function* streamBars(path: string, options: ReadBarsOptions = {}): AsyncGenerator<BarSeries, void> {
  const { signal } = options
  signal?.throwIfAborted()
  const rows = new BarRows(path, options)
  let parser: ReturnType<typeof parse> | undefined
  let bytes: Readable | undefined
  try {
    bytes = await openBytes(path)
    for await (const chunk of bytes) {
      signal?.throwIfAborted()
      parser ??= parserOf(rows, chunk as Buffer)
      await written(parser, chunk as Buffer)
      if (rows.length > 0) yield rows.take()
    }
    if (parser !== undefined) {
      parser.end()
      await finished(parser)
    }
    rows.end()
  } catch (error) {
    throw signal?.aborted === true ? signal.reason : failed(error, rows, path)
  } finally {
    bytes?.destroy()
    parser?.destroy()
  }
  if (rows.length > 0) yield rows.take()
}

function parserOf(rows: BarRows, start: Buffer): ReturnType<typeof parse> {
  const parser = parse(csvOptions(rows, start))
  // Records go to `rows`, errors to the callbacks of `write` and `end`.
  return parser.resume().on('error', () => {})
}

/** `start` holds the first line, which tells the delimiter. */
function csvOptions(rows: BarRows, start: string | Buffer): Options {
  const head = typeof start === 'string' ? start.slice(0, HEAD) : start.toString('utf8', 0, HEAD)
  return {
    delimiter: delimiterOf(head),
    bom: true,
    skip_empty_lines: true,
    // Counting the fields is ours: our error says what was expected.
    relax_column_count: true,
    on_record: (record: string[], { lines }: Info) => {
      rows.record(record, lines)
      return undefined
    },
  }
}

async function openBytes(path: string): Promise<Readable> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0)
    // The stream owns the file from here on, and closes it.
    const plain = file.createReadStream({ start: 0, highWaterMark: CHUNK_BYTES })
    if (!isGzip(buffer.subarray(0, bytesRead))) return plain
    const gunzip = createGunzip({ chunkSize: CHUNK_BYTES })
    // Each ends with the other; what went wrong reaches whoever reads.
    return pipeline(plain, gunzip, () => {})
  } catch (error) {
    await file.close()
    throw error
  }
}

async function written(parser: ReturnType<typeof parse>, chunk: Buffer): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    parser.write(chunk, (error) => (error ? reject(error) : resolve()))
  })
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

/** The typed error for whatever stopped the reading. */
function failed(error: unknown, rows: BarRows, path: string): unknown {
  if (error instanceof FetchError) return error
  if (error instanceof CsvError) {
    const { lines } = error as unknown as { readonly lines?: number }
    return rows.error(lines ?? 1, quoting(error.code), 'fields that are plain, or in double quotes')
  }
  const { code } = error as { readonly code?: unknown }
  return typeof code === 'string' ? new FetchError({ kind: 'file', path, reason: code }, { cause: error }) : error
}

function quoting(code: string): string {
  return code === 'CSV_QUOTE_NOT_CLOSED' ? 'a quote that is never closed' : 'a quote inside a field'
}
