import type { SimulatedMarket } from '../market.ts'
import { answerChart, type Chart, chartJson, refusalJson } from './chart-answer.ts'
import { FIRST_TRADE } from './chart-meta.ts'
import { instantIn, parseChartRequest, type Refusal } from './chart-request.ts'
import { closedDays } from './chart-rows.ts'
import type { RequestLog } from './request-log.ts'

const CHART_PATH = '/v8/finance/chart/'
const CLOCK_PATH = '/simulator/clock'
/** So many days of minutes are walked in about ten milliseconds. */
const DAYS_AT_ONCE = 32

/** What an answer depends on, beside the request. */
export interface World {
  readonly listed: ReadonlyMap<string, SimulatedMarket>
  /** The server's own time, epoch ms. */
  readonly now: number
  readonly speed: number
  /** The delay of every market; `undefined` leaves each its own. */
  readonly delayMs: number | undefined
  /** How much later than usual the source is. @default 0 */
  readonly extraDelayMs?: number
  /** The market as the source shows it while the latest trades it knows are from `visible`. @default as it is */
  readonly shown?: (market: SimulatedMarket, visible: number) => SimulatedMarket
  /** The chart as it is written down. @default as it is */
  readonly alter?: (chart: Chart, visible: number) => Chart
}

/** What is asked, as it stands in the first line of a request. */
export interface HttpRequest {
  readonly method: string
  readonly target: string
}

/** An answer that is ready to be sent. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** `undefined` for what is not part of the protocol. */
  readonly log: RequestLog | undefined
  /** The latest instant of which the source knows the trades; only where the client sees a chart of what it asked for. */
  readonly visible?: number
}

/** The symbol that a request asks for a chart of, in capitals; `undefined` when it asks for something else. */
export function symbolAskedFor({ method, target }: HttpRequest): string | undefined {
  if (method !== 'GET' && method !== 'HEAD') return undefined
  return symbolIn(URL.parse(target, 'http://localhost')?.pathname ?? '/')?.toUpperCase()
}

/** Answers a request: a function of what is asked, the markets, the faults and the time, before anything is sent. */
export function respond({ method, target }: HttpRequest, world: World): HttpAnswer {
  const url = URL.parse(target, 'http://localhost')
  const path = url?.pathname ?? '/'
  const date = new Date(world.now).toUTCString()
  const asked = { time: world.now, method, path }
  const symbol = symbolIn(path)
  if (method !== 'GET' && method !== 'HEAD') return refused(NOT_ALLOWED, 'finance', date, asked)
  if (path === CLOCK_PATH) return clockAnswer(date, world)
  if (url === null || symbol === undefined) return refused(NO_SUCH_PAGE, 'finance', date, asked)
  try {
    return respondChart(symbol, url.searchParams, asked, world)
  } catch (error) {
    // A clock outside the years that the market knows must not end the process that runs the server.
    const description = error instanceof Error ? error.message : String(error)
    return refused({ status: 500, code: 'Internal Server Error', description }, 'chart', date, { ...asked, symbol })
  }
}

/**
 * Makes what an answer will need and nobody has asked for yet, a few days at each step: between two steps others can be
 * answered. Charts of whole days over years need it, all others take no step.
 */
export function* preparations(request: HttpRequest, world: World): Generator<void> {
  const { listed, now } = world
  const market = listed.get(symbolAskedFor(request) ?? '')
  const query = URL.parse(request.target, 'http://localhost')?.searchParams
  if (market === undefined || query === undefined) return
  try {
    const chart = parseChartRequest(query, { now, firstTrade: FIRST_TRADE })
    if ('status' in chart || chart.interval.length !== undefined) return
    const visible = visibleAt(market, world)
    const shown = world.shown?.(market, visible) ?? market
    let made = 0
    for (const day of closedDays(chart, shown.lastTradeTime(visible))) {
      shown.dayBar(day)
      if (++made % DAYS_AT_ONCE === 0) yield
    }
  } catch {
    // The answer will meet the same, and say so.
  }
}

/** The latest instant of which the source knows the trades. */
function visibleAt(market: SimulatedMarket | undefined, { now, delayMs, extraDelayMs = 0 }: World): number {
  return now - (delayMs ?? market?.instrument.delayMs ?? 0) - extraDelayMs
}

function clockAnswer(date: string, { now, speed }: World): HttpAnswer {
  const headers = { ...JSON_HEADERS, 'cache-control': 'no-store', date }
  return { status: 200, headers, body: JSON.stringify({ now, speed }), log: undefined }
}

type Asked = Omit<RequestLog, 'status' | 'bars'>

function respondChart(symbol: string, query: URLSearchParams, asked: Asked, world: World): HttpAnswer {
  const { listed, now, shown, alter } = world
  const date = new Date(now).toUTCString()
  const market = listed.get(symbol.toUpperCase())
  const visible = visibleAt(market, world)
  const answer = answerChart(market && (shown?.(market, visible) ?? market), query, { now, visible })
  if (answer.kind === 'refusal') {
    return refused(answer.refusal, 'chart', date, { ...asked, symbol, ...windowIn(query) })
  }
  const { interval, period1, period2 } = answer.request
  const chart = alter?.(answer.chart, visible) ?? answer.chart
  return {
    status: 200,
    headers: { ...JSON_HEADERS, 'cache-control': 'public, max-age=10, stale-while-revalidate=20', date },
    body: chartJson(chart),
    visible,
    log: {
      ...asked,
      symbol,
      interval: interval.name,
      period1,
      period2,
      status: 200,
      bars: chart.rows.length,
    },
  }
}

/** What a refused request asked for, as far as it can be read. */
function windowIn(query: URLSearchParams): Pick<RequestLog, 'interval' | 'period1' | 'period2'> {
  const interval = query.get('interval')
  const period1 = instantIn(query.get('period1'))
  const period2 = instantIn(query.get('period2'))
  return {
    ...(interval !== null && { interval }),
    ...(period1 !== undefined && { period1 }),
    ...(period2 !== undefined && { period2 }),
  }
}

const JSON_HEADERS = { 'content-type': 'application/json;charset=utf-8', vary: 'Origin,Accept-Encoding' } as const
const NO_SUCH_PAGE: Refusal = { status: 404, code: 'Not Found', description: 'No such resource' }
const NOT_ALLOWED: Refusal = { status: 405, code: 'Method Not Allowed', description: 'Only GET is supported' }

function refused(refusal: Refusal, service: 'chart' | 'finance', date: string, asked: Asked): HttpAnswer {
  const headers = { ...JSON_HEADERS, 'cache-control': 'max-age=0, private', date }
  const log = { ...asked, status: refusal.status, bars: 0 }
  return { status: refusal.status, headers, body: refusalJson(refusal, service), log }
}

/** The symbol that a path asks for; `undefined` when it asks for something else. */
function symbolIn(path: string): string | undefined {
  if (!path.startsWith(CHART_PATH) || path.length === CHART_PATH.length) return undefined
  try {
    return decodeURIComponent(path.slice(CHART_PATH.length))
  } catch {
    return undefined
  }
}
