import type { ReadStream } from 'node:fs'
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
import { PlainLines } from './plain-lines.ts'

const CHUNK_BYTES = 256 * 1024
/** A first line is not longer. */
const HEAD = 64 * 1024

export interface ParseBarsOptions extends CsvDialect {
  /** What the content is called in messages. */
  readonly name?: string
}

/** How far a file has been read. */
export interface ReadProgress {
  /** Bytes of the file that were read so far: of a gzip file, its own, not those that come out of it. */
  readonly bytes: number
  /** All bytes of the file, as it was when it was opened. */
  readonly size: number
}

export interface ReadBarsOptions extends CsvDialect {
  /** Ends the reading, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal
  /** Is called after each piece of the file, a few thousand lines; at the end `bytes` is `size`. */
  readonly onProgress?: (progress: ReadProgress) => void
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
  let plain: PlainLines | undefined
  try {
    const bytes = bytesOf(content)
    plain = plainLines(rows, bytes)
    let at = 0
    let isPlain = true
    while (isPlain && at < bytes.length) {
      isPlain = plain.take(bytes.subarray(at, at + CHUNK_BYTES))
      at = Math.min(at + CHUNK_BYTES, bytes.length)
    }
    if (!(isPlain && plain.end())) parseSync(bytes.subarray(at - plain.rest.length), csvOptions(rows, plain))
    rows.end()
  } catch (error) {
    throw failed(error, rows, { path: name ?? 'content', plain })
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
  for await (const bars of streamBars(path, options)) builder.append(bars, 0, bars.length)
  return builder.build()
}

/**
 * Reads a CSV file a few thousand bars at a time, so that a long one need not fit into memory. All bars that come before
 * a wrong line are given before it is met; whoever stops reading before never hears of it. Rejects as `readBars` does.
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
  const { signal, onProgress } = options
  signal?.throwIfAborted()
  const rows = new BarRows(path, options)
  let plain: PlainLines | undefined
  let parser: ReturnType<typeof parse> | undefined
  let opened: OpenedFile | undefined
  try {
    opened = await openFile(path)
    for await (const chunk of opened.content as AsyncIterable<Buffer>) {
      signal?.throwIfAborted()
      plain ??= plainLines(rows, chunk)
      if (parser !== undefined) await written(parser, chunk)
      else if (!plain.take(chunk)) parser = await parserFrom(rows, plain)
      onProgress?.({ bytes: opened.file.bytesRead, size: opened.size })
      if (rows.length > 0) yield rows.take()
    }
    if (plain !== undefined && parser === undefined && !plain.end()) parser = await parserFrom(rows, plain)
    if (parser !== undefined) {
      parser.end()
      await finished(parser)
    }
    rows.end()
  } catch (error) {
    if (signal?.aborted === true) throw signal.reason
    if (rows.length > 0) yield rows.take()
    throw failed(error, rows, { path, plain })
  } finally {
    opened?.content.destroy()
    parser?.destroy()
  }
  if (rows.length > 0) yield rows.take()
}

function bytesOf(content: string | Uint8Array): Buffer {
  if (typeof content === 'string') return Buffer.from(content)
  const bytes = isGzip(content) ? gunzipSync(content) : content
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}

/** `start` holds the first line, which tells the delimiter. */
function plainLines(rows: BarRows, start: Buffer): PlainLines {
  return new PlainLines(rows, delimiterOf(start.toString('utf8', 0, HEAD)))
}

/** A parser that has gone on from where lines are not plain any more. */
async function parserFrom(rows: BarRows, plain: PlainLines): Promise<ReturnType<typeof parse>> {
  // Records go to `rows`, errors to the callbacks of `write` and `end`.
  const parser = parse(csvOptions(rows, plain))
    .resume()
    .on('error', () => {})
  await written(parser, plain.rest)
  return parser
}

/** How to parse from the line that is next. */
function csvOptions(rows: BarRows, { delimiter, ending, line: first }: PlainLines): Options {
  return {
    delimiter,
    // At the beginning the parser finds out by itself.
    ...(ending === undefined ? { bom: true } : { record_delimiter: ending }),
    skip_empty_lines: true,
    // Counting the fields is ours: our error says what was expected.
    relax_column_count: true,
    on_record: (record: string[], { lines }: Info) => {
      rows.record(record, first - 1 + lines)
      return undefined
    },
  }
}

/** A file and what it holds, unpacked. */
interface OpenedFile {
  readonly content: Readable
  readonly file: ReadStream
  readonly size: number
}

async function openFile(path: string): Promise<OpenedFile> {
  const handle = await open(path)
  try {
    const { size } = await handle.stat()
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0)
    // The stream owns the file from here on, and closes it.
    const file = handle.createReadStream({ start: 0, highWaterMark: CHUNK_BYTES })
    if (!isGzip(buffer.subarray(0, bytesRead))) return { content: file, file, size }
    const gunzip = createGunzip({ chunkSize: CHUNK_BYTES })
    // Each ends with the other; what went wrong reaches whoever reads.
    return { content: pipeline(file, gunzip, () => {}), file, size }
  } catch (error) {
    await handle.close()
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
function failed(
  error: unknown,
  rows: BarRows,
  { path, plain }: { readonly path: string; readonly plain: PlainLines | undefined },
): unknown {
  if (error instanceof FetchError) return error
  if (error instanceof CsvError) {
    const { lines = 1 } = error as unknown as { readonly lines?: number }
    const line = (plain?.line ?? 1) - 1 + lines
    return rows.error(line, quoting(error.code), 'fields that are plain, or in double quotes')
  }
  const { code } = error as { readonly code?: unknown }
  return typeof code === 'string' ? new FetchError({ kind: 'file', path, reason: code }, { cause: error }) : error
}

function quoting(code: string): string {
  return code === 'CSV_QUOTE_NOT_CLOSED' ? 'a quote that is never closed' : 'a quote inside a field'
}
