import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'

import type { Bar } from '@openpredict/market'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const FOLDER = join(process.env['OPENPREDICT_DATA'] ?? join(ROOT, '../shared/data'), 'bars')

/** Whether recorded bars are there. With OPENPREDICT_REQUIRE_DATA=1 tests run, and fail, without them. */
export const HAS_DATA: boolean = existsSync(FOLDER) || process.env['OPENPREDICT_REQUIRE_DATA'] === '1'

/** The recorded bars that tests compare row for row. */
export const FILES = [
  { file: 'nq_1m_2023-11-19_2023-12-04.csv.gz', interval: '1m', bars: 14_714 },
  { file: 'nq_5m_2019.csv.gz', interval: '5m', bars: 70_002 },
  { file: 'nq_5m_2023-03-05_2023-03-17_dst.csv.gz', interval: '5m', bars: 2_668 },
] as const

/** Reads `timestamp,open,high,low,close,volume`; an empty volume is 0. */
export function readBars(file: string): Bar[] {
  const [, ...lines] = gunzipSync(readFileSync(join(FOLDER, file)))
    .toString('utf8')
    .trim()
    .split('\n')
  return lines.map((line) => {
    const [timestamp = '', open, high, low, close, volume] = line.split(',')
    return {
      time: Date.parse(timestamp),
      open: Number(open),
      high: Number(high),
      low: Number(low),
      close: Number(close),
      volume: Number(volume),
    }
  })
}
