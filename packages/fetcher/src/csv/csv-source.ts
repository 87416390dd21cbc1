import { stat } from 'node:fs/promises'

import { type BarSeries, type Interval, intervalMs } from '@openpredict/market'

import type { BarSource } from '../bar-source.ts'
import { noDrops } from '../clean-rows.ts'
import { FetchError } from '../errors.ts'
import { abortable } from '../internal/abortable.ts'
import { gridWindow } from '../internal/window.ts'
import { checkDialect, type CsvDialect } from './dialect.ts'
import { readBars } from './read-bars.ts'

export interface CsvSourceOptions extends CsvDialect {
  /** A CSV file, plain or gzip: see `parseBars` for what it may hold. */
  readonly path: string
  /** The length of the file's bars. @default '1m' */
  readonly interval?: Interval
}

/**
 * Bars from a CSV file, for whatever instrument is asked.
 *
 * The file is read at the first fetch and again when it has changed. Its watermark, and its clock, is the end of its last
 * bar, 0 when it holds none; its delay is 0. Nothing is dropped: a file with a wrong line fails as a whole. Throws a
 * `RangeError` for a time zone that does not exist.
 *
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs'
 * import { tmpdir } from 'node:os'
 *
 * const path = `${tmpdir()}/openpredict-minutes.csv`
 * writeFileSync(path, 'timestamp,open,high,low,close,volume\n2024-07-01T13:30:00Z,20100,20110.25,20095,20105.5,812\n')
 * const from = parseInstant('2024-07-01T13:00:00Z')
 * const batch = await createCsvSource({ path }).fetch({ instrument: instrumentOf('NQ=F'), from, to: from + 3_600_000 })
 * batch.bars.length // => 1
 * formatInstant(batch.watermark) // => '2024-07-01T13:31:00.000Z'
 * ```
 */
export function createCsvSource(options: CsvSourceOptions): BarSource {
  const { path, interval = '1m' } = options
  const dialect = { ...options, interval }
  checkDialect(dialect)
  let known: { readonly version: string; readonly bars: Promise<BarSeries> } | undefined
  return {
    name: 'CSV',
    async fetch(request) {
      const { instrument, signal } = request
      signal?.throwIfAborted()
      const asked = request.interval ?? '1m'
      if (asked !== interval) {
        throw new FetchError(
          { kind: 'unsupported-interval', interval: asked, supported: [interval] },
          { subject: path },
        )
      }
      const window = gridWindow(request.from, request.to, interval, path)
      const version = await versionOf(path)
      if (known?.version !== version) {
        const reading = readBars(path, dialect)
        known = { version, bars: reading }
        reading.catch(() => {
          known = undefined
        })
      }
      const all = await abortable(known.bars, signal)
      const last = all.time.at(-1)
      const watermark = last === undefined ? 0 : last + intervalMs(interval)
      const bars = all.between(window.from, window.to)
      return {
        instrument,
        interval,
        ...window,
        bars,
        forming: undefined,
        watermark,
        answeredAt: watermark,
        delayMs: 0,
        received: bars.length,
        dropped: noDrops(),
        requests: 0,
        waitingMs: 0,
      }
    },
  }
}

async function versionOf(path: string): Promise<string> {
  try {
    const { mtimeMs, size } = await stat(path)
    return `${mtimeMs} ${size}`
  } catch (error) {
    const { code = 'unknown' } = error as { readonly code?: string }
    throw new FetchError({ kind: 'file', path, reason: code }, { cause: error })
  }
}
