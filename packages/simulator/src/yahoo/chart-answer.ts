import type { SimulatedMarket } from '../market.ts'
import { type ChartMeta, chartMeta, FIRST_TRADE } from './chart-meta.ts'
import { type ChartRequest, noData, parseChartRequest, type Refusal } from './chart-request.ts'
import { type ChartRow, chartRows } from './chart-rows.ts'

/** A chart before it is written down: what faults of charts alter. */
export interface Chart {
  readonly meta: ChartMeta
  readonly rows: readonly ChartRow[]
  /** Whether bars are whole trading days: then there are adjusted closes, too. */
  readonly adjusted: boolean
}

/** What the source says to a request, and what it understood. */
export type ChartAnswer =
  | { readonly kind: 'chart'; readonly request: ChartRequest; readonly chart: Chart }
  | { readonly kind: 'refusal'; readonly refusal: Refusal }

/** The moment of an answer, epoch ms: the source's own time, and the latest instant of which it knows the trades. */
export interface Moment {
  readonly now: number
  readonly visible: number
}

/** Answers a chart request from a market; `undefined` stands for an unknown symbol. */
export function answerChart(market: SimulatedMarket | undefined, query: URLSearchParams, moment: Moment): ChartAnswer {
  const request = parseChartRequest(query, { now: moment.now, firstTrade: FIRST_TRADE })
  if ('status' in request) return { kind: 'refusal', refusal: request }
  if (market === undefined) return { kind: 'refusal', refusal: UNKNOWN_SYMBOL }
  // Bars that are played again have not begun yet.
  if (market.lastTradeTime(moment.visible) === -Infinity) {
    return { kind: 'refusal', refusal: noData(request.period1, request.period2) }
  }
  const rows = chartRows(market, request, moment.visible)
  const meta = chartMeta(market, request, moment.now, moment.visible)
  return { kind: 'chart', request, chart: { meta, rows, adjusted: request.interval.length === undefined } }
}

/** What a symbol that nobody lists is answered with. */
export const UNKNOWN_SYMBOL: Refusal = {
  status: 404,
  code: 'Not Found',
  description: 'No data found, symbol may be delisted',
}

/** Writes a chart as the protocol's JSON: seconds, prices as 32-bit floats, no `timestamp` when there are no rows. */
export function chartJson({ meta, rows, adjusted }: Chart): string {
  const prices = (field: 'open' | 'high' | 'low' | 'close'): (number | null)[] =>
    rows.map(({ [field]: price }) => (price === null ? null : Math.fround(price)))
  const result =
    rows.length === 0
      ? { meta, indicators: { quote: [{}], ...(adjusted && { adjclose: [{}] }) } }
      : {
          meta,
          timestamp: rows.map((row) => Math.floor(row.time / 1000)),
          indicators: {
            quote: [
              {
                open: prices('open'),
                high: prices('high'),
                low: prices('low'),
                close: prices('close'),
                volume: rows.map((row) => row.volume),
              },
            ],
            ...(adjusted && { adjclose: [{ adjclose: prices('close') }] }),
          },
        }
  return JSON.stringify({ chart: { result: [result], error: null } })
}

/** Writes a refusal as the protocol's JSON, under the name of the service that refuses. */
export function refusalJson({ code, description }: Refusal, service: 'chart' | 'finance' = 'chart'): string {
  return JSON.stringify({ [service]: { result: null, error: { code, description } } })
}
