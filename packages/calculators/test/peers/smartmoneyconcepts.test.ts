import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

import { type Bar, instrumentOf } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { isAbsent, referenceFile } from '../../testing/reference-data.ts'
import { fairValueGaps } from '../../src/index.ts'

const BARS = 'peers/smartmoneyconcepts/EURUSD_15M.csv.gz'
const GAPS = 'peers/smartmoneyconcepts/fvg_result_data.csv.gz'
const LENGTH = 15 * 60_000

/** What that library says of one candle: the gap around it, and the index of the candle that first touched it (0: none). */
interface PeerGap {
  readonly index: number
  readonly type: string
  readonly top: number
  readonly bottom: number
  readonly mitigatedIndex: number
}

function linesOf(file: string): string[] {
  return gunzipSync(readFileSync(referenceFile(file)))
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .slice(1)
}

function readBars(): Bar[] {
  return linesOf(BARS).map((line) => {
    const [stamp = '', open, high, low, close, volume] = line.split(',')
    const time = Date.parse(`${stamp.replaceAll('.', '-').replace(' ', 'T')}Z`)
    return {
      time,
      open: Number(open),
      high: Number(high),
      low: Number(low),
      close: Number(close),
      volume: Number(volume),
    }
  })
}

function readGaps(): PeerGap[] {
  return linesOf(GAPS).flatMap((line, index) => {
    const [direction = '', top, bottom, mitigated] = line.split(',')
    if (direction === '') return []
    const type = Number(direction) === 1 ? 'BULLISH' : 'BEARISH'
    return [{ index, type, top: Number(top), bottom: Number(bottom), mitigatedIndex: Number(mitigated) }]
  })
}

describe.skipIf(isAbsent(BARS))('smartmoneyconcepts on 24,424 EURUSD bars (skipped without the data folder)', () => {
  it('finds the same fair value gaps under its rule, and the same first touches', () => {
    const bars = readBars()
    const indexes = new Map(bars.map(({ time }, index) => [time, index]))
    const expected = readGaps()
    expect([bars.length, expected.length]).toEqual([24_424, 5_020])
    const rows = fairValueGaps(bars, {
      instrument: instrumentOf('EURUSD=X'),
      interval: '15m',
      minGap: 0,
      adjacent: false,
      bodyDirection: true,
    })
    const found = rows.map(({ timestamp, fvg_type, gap_top, gap_bottom, touched_at }) => ({
      index: indexes.get(timestamp),
      type: fvg_type,
      top: gap_top,
      bottom: gap_bottom,
      mitigatedIndex: touched_at === null ? 0 : indexes.get(touched_at - LENGTH),
    }))
    expect(found).toEqual(expected)
  })
})
