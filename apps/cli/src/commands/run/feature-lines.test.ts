import { instrumentOf } from '@openpredict/market'
import type { Row } from '@openpredict/store'
import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'

import { createTerminal } from '../../terminal.ts'
import { blockLines, eventLines, gapLines, structureLines } from './feature-lines.ts'

const at = (text: string): number => Date.parse(`2024-06-05T${text}:00Z`)
const terminal = createTerminal({ stdout: new PassThrough(), stderr: new PassThrough(), env: {} })
const view = { price: 18_400, instrument: instrumentOf('NQ=F'), terminal }
const kept = { instrument: 'NQ=F', history_version: 0, as_of_version: 0, as_of: at('15:00') }

function brokenAt(timeframe: '15m' | '1H', time: string, level: number): Row<'market_structure'> {
  return {
    ...kept,
    timeframe,
    timestamp: at(time),
    break_type: 'BOS',
    direction: level > 18_400 ? 'BULLISH' : 'BEARISH',
    level,
    swing_timestamp: at('10:00'),
    displacement: 20,
    displacement_speed: 1.333333,
    displacement_quality: 'STRONG',
    break_weight: 1,
    confirmed_at: at(time) + 900_000,
  }
}

function gap(time: string, bottom: number, top: number, fraction: number | null): Row<'fvg'> {
  return {
    ...kept,
    timeframe: '15m',
    timestamp: at(time),
    fvg_type: bottom > 18_400 ? 'BEARISH' : 'BULLISH',
    gap_top: top,
    gap_bottom: bottom,
    gap_size: top - bottom,
    filled: fraction === 1,
    touched_at: fraction === null ? null : at('14:50'),
    half_filled_at: null,
    fill_timestamp: fraction === 1 ? at('14:50') : null,
    fill_fraction: fraction ?? 0,
    inverted_at: null,
    confirmed_at: at(time) + 1_800_000,
  }
}

function event(time: string, reclaimed: boolean): Row<'liquidity_events'> {
  return {
    ...kept,
    level_type: 'ASIAN_HIGH',
    period_start: at('00:00'),
    timestamp: at(time),
    quality: reclaimed ? 'CLEAN_SWEEP' : 'RUN',
    event_type: 'ASIA_RANGE',
    direction: 'BEARISH',
    level_price: 18_410,
    sweep_price: 18_416,
    quality_score: 1,
    reclaimed_at: reclaimed ? at(time) + 60_000 : null,
    hold_minutes: reclaimed ? 12 : 0,
    hold_confirmed: false,
    hold_bonus: 0,
    event_weight: 3,
    confirmed_at: at(time) + 60_000,
  }
}

function block(hour: string, number: number, close: number, complete: boolean): Row<'hourly_blocks'> {
  return {
    ...kept,
    hour_start: at(hour),
    block_number: number,
    timestamp: at(hour) + Math.round(((number - 1) * 3_600_000) / 7),
    open: 18_400,
    high: 18_406,
    low: 18_395,
    close,
    volume: 10,
    deviation_from_hour_open: close - 18_400,
    bias: close > 18_400.5 ? 'BULLISH' : 'NEUTRAL',
    volatility_score: 11,
    complete,
    confirmed_at: complete ? at(hour) + 600_000 : null,
  }
}

describe('lines about features', () => {
  it('show the latest break of each timeframe, the shortest first', () => {
    const rows = [
      brokenAt('1H', '12:00', 18_350),
      brokenAt('15m', '13:00', 18_420),
      brokenAt('15m', '14:00', 18_430.25),
    ]
    expect(structureLines(rows, view)).toEqual([
      ' 15m  BOS  BULLISH  18,430.25  +30.25  strong, 20.00 points  2024-06-05 14:00',
      ' 1H   BOS  BEARISH  18,350.00  −50.00  strong, 20.00 points  2024-06-05 12:00',
    ])
  })

  it('show the gaps nearest to the price that are not filled, the highest first', () => {
    const rows = [
      gap('10:00', 18_300, 18_310, null),
      gap('11:00', 18_390, 18_402, 0.25),
      gap('12:00', 18_420, 18_430, null),
      gap('13:00', 18_401, 18_404, 1),
    ]
    expect(gapLines(rows, view, 2)).toEqual([
      ' 15m  BEARISH  18,420.00 – 18,430.00  +20.00  untouched    2024-06-05 12:00',
      ' 15m  BULLISH  18,390.00 – 18,402.00   +2.00  25 % filled  2024-06-05 11:00',
    ])
  })

  it('show the latest events since an instant, and how long they held', () => {
    const rows = [event('09:00', true), event('14:00', true), event('13:00', false), event('12:59', false)]
    expect(eventLines(rows, view, { since: at('13:00'), most: 8 })).toEqual([
      ' 13:00  ASIAN_HIGH  18,410.00  run          to 18,416.00  BEARISH',
      ' 14:00  ASIAN_HIGH  18,410.00  clean sweep  to 18,416.00  BEARISH  held 12 min',
    ])
    expect(eventLines(rows, view, { since: at('09:00'), most: 1 })).toHaveLength(1)
  })

  it('show the blocks of the latest hour', () => {
    const rows = [block('14:00', 2, 18_400.25, false), block('13:00', 7, 18_401, true), block('14:00', 1, 18_405, true)]
    expect(blockLines(rows, view)).toEqual([
      ' 1  14:00  18,400.00  18,406.00  18,395.00  18,405.00  +5.00  BULLISH',
      ' 2  14:08  18,400.00  18,406.00  18,395.00  18,400.25  +0.25  NEUTRAL  still running',
    ])
  })

  it('are none where there are no rows', () => {
    expect(structureLines([], view)).toEqual([])
    expect(gapLines([], view, 5)).toEqual([])
    expect(eventLines([], view, { since: 0, most: 5 })).toEqual([])
    expect(blockLines([], view)).toEqual([])
  })
})
