import { parseInstant } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { createMarket } from '../market.ts'
import { answerChart, chartJson, refusalJson, UNKNOWN_SYMBOL } from './chart-answer.ts'

const market = createMarket()
const now = parseInstant('2024-03-06T15:00:30Z')
const moment = { now, visible: now - 600_000 }
const ask = (query: string, known = true) => answerChart(known ? market : undefined, new URLSearchParams(query), moment)

describe('answerChart', () => {
  it('answers with a chart, or refuses', () => {
    expect(ask(`interval=1m&period1=${now / 1000 - 1200}`)).toMatchObject({ kind: 'chart', chart: { adjusted: false } })
    expect(ask('interval=1d&range=5d')).toMatchObject({ kind: 'chart', chart: { adjusted: true } })
    expect(ask('interval=7m')).toMatchObject({ kind: 'refusal', refusal: { status: 400 } })
    expect(ask('interval=1m', false)).toEqual({ kind: 'refusal', refusal: UNKNOWN_SYMBOL })
  })
})

describe('chartJson', () => {
  const meta = { symbol: 'RTY=F', regularMarketTime: 1, regularMarketPrice: 2200.3 }
  const row = { time: 1_709_736_630_000, open: 2200.1, high: 2200.4, low: 2200.1, close: 2200.3, volume: 7 }

  it('prints prices as 32-bit floats in full, and times in whole seconds', () => {
    expect(chartJson({ meta, rows: [row], adjusted: false })).toBe(
      '{"chart":{"result":[{"meta":{"symbol":"RTY=F","regularMarketTime":1,"regularMarketPrice":2200.3},' +
        '"timestamp":[1709736630],"indicators":{"quote":[{"open":[2200.10009765625],"high":[2200.39990234375],' +
        '"low":[2200.10009765625],"close":[2200.300048828125],"volume":[7]}]}}],"error":null}}',
    )
  })

  it('has no timestamps and one empty quote without rows', () => {
    expect(JSON.parse(chartJson({ meta, rows: [], adjusted: false }))).toEqual({
      chart: { result: [{ meta, indicators: { quote: [{}] } }], error: null },
    })
  })

  it('has adjusted closes for whole days', () => {
    const parsed = JSON.parse(chartJson({ meta, rows: [row], adjusted: true })) as {
      chart: { result: [{ indicators: { adjclose: unknown } }] }
    }
    expect(parsed.chart.result[0].indicators.adjclose).toEqual([{ adjclose: [2200.300048828125] }])
  })
})

describe('refusalJson', () => {
  it('stands under the name of the service', () => {
    expect(refusalJson(UNKNOWN_SYMBOL)).toBe(
      '{"chart":{"result":null,"error":{"code":"Not Found","description":"No data found, symbol may be delisted"}}}',
    )
    expect(refusalJson(UNKNOWN_SYMBOL, 'finance')).toMatch(/^\{"finance":/)
  })
})
