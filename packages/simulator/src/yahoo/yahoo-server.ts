import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import type { Clock } from '@openpredict/market'

import { SimulatorError } from '../errors.ts'
import type { SimulatedMarket } from '../market.ts'
import { answerChart, chartJson, refusalJson } from './chart-answer.ts'
import { instantIn, type Refusal } from './chart-request.ts'
import type { RequestLog } from './request-log.ts'

const CHART_PATH = '/v8/finance/chart/'
const CLOCK_PATH = '/simulator/clock'
const LOOPBACK = '127.0.0.1'
const KEPT_REQUESTS = 10_000

/** What to serve, and when it is. */
export interface YahooServerOptions {
  /** The markets that are listed, found by their instrument's symbol. */
  readonly markets: readonly SimulatedMarket[]
  /** The server's own time: it dates answers and decides what has been traded by now. */
  readonly clock: Clock
  /**
   * How many times as fast as real time `clock` runs; told to those who ask at `/simulator/clock`.
   * @default 1
   */
  readonly speed?: number
  /**
   * How long after a trade it is shown, in milliseconds.
   * @default each instrument's `delayMs`
   */
  readonly delayMs?: number
  /**
   * The port on 127.0.0.1; 0 takes any free one.
   * @default 0
   */
  readonly port?: number
  /** Called for each request after it has been answered. */
  readonly onRequest?: (log: RequestLog) => void
}

/** A running server. */
export interface YahooServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string
  readonly port: number
  /** The last 10,000 requests, the oldest first. */
  readonly requests: readonly RequestLog[]
  /** Stops listening and ends every connection, used or not. Closing again does nothing more. */
  close(): Promise<void>
}

/**
 * Serves simulated markets as Yahoo's chart API does: `GET /v8/finance/chart/{symbol}` on 127.0.0.1.
 *
 * Nothing traded after *now − delay* is shown; prices are 32-bit floats; the last row of a window that reaches up to
 * now is the live one, stamped with the second of the last trade. Minutes go back 30 days, 8 days a request; 2m to
 * 90m 60 days; 1h and 4h 730 days. Unknown symbols, intervals and windows get Yahoo's own 404, 400 and 422 bodies.
 * Beside Yahoo's, one path of its own: `GET /simulator/clock` answers `{ now, speed }`, so that others can follow its time.
 *
 * Rejects with a `SimulatorError` of kind `listen` when the port cannot be had, `delay` when the delay is below 0.
 *
 * @example
 * ```ts
 * const clock = createManualClock(parseInstant('2024-07-01T15:00:30Z'))
 * const server = await startYahooServer({ markets: [createMarket()], clock })
 * const answer = await fetch(`${server.url}/v8/finance/chart/NQ=F?interval=1m&period1=1719844800&period2=1719846000`)
 * answer.headers.get('date') // => 'Mon, 01 Jul 2024 15:00:30 GMT'
 * const { chart } = await answer.json()
 * // ten closed minutes from 14:40 on, and the live row of 14:50:30
 * chart.result[0].timestamp.length // => 11
 * chart.result[0].timestamp.at(-1) // => 1719845430
 * await server.close()
 * ```
 */
export async function startYahooServer(options: YahooServerOptions): Promise<YahooServer> {
  const { markets, clock, speed = 1, delayMs, port = 0, onRequest } = options
  if (delayMs !== undefined && !(delayMs >= 0)) {
    throw new SimulatorError(`delayMs ${delayMs}: expected 0 or more`, { kind: 'delay', found: delayMs })
  }
  const listed = new Map(markets.map((market) => [market.instrument.symbol, market]))
  const requests: RequestLog[] = []
  const server = createServer((request, response) => {
    if (request.url === CLOCK_PATH) {
      const date = new Date(clock.now()).toUTCString()
      send(
        response,
        { status: 200, headers: { ...JSON_HEADERS, date }, body: JSON.stringify({ now: clock.now(), speed }) },
        false,
      )
      return
    }
    const answer = respond(request, { listed, now: clock.now(), delayMs })
    send(response, answer, request.method === 'HEAD')
    requests.push(answer.log)
    if (requests.length > KEPT_REQUESTS) requests.shift()
    onRequest?.(answer.log)
  })
  await listen(server, port)
  const bound = (server.address() as AddressInfo).port
  let closed: Promise<void> | undefined
  function close(): Promise<void> {
    closed ??= new Promise<void>((resolve) => {
      server.close(() => resolve())
      // Clients keep connections alive for seconds after their last request; nobody waits for that.
      server.closeAllConnections()
    })
    return closed
  }
  return { url: `http://${LOOPBACK}:${bound}`, port: bound, requests, close, [Symbol.asyncDispose]: close }
}

interface World {
  readonly listed: ReadonlyMap<string, SimulatedMarket>
  readonly now: number
  readonly delayMs: number | undefined
}

/** An answer that is ready to be sent. */
interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly log: RequestLog
}

function respond(request: IncomingMessage, world: World): HttpAnswer {
  const { method = 'GET', url: target = '/' } = request
  const url = URL.parse(target, `http://${LOOPBACK}`)
  const path = url?.pathname ?? '/'
  const date = new Date(world.now).toUTCString()
  const asked = { time: world.now, method, path }
  const symbol = symbolIn(path)
  if (method !== 'GET' && method !== 'HEAD') return refused(NOT_ALLOWED, 'finance', date, asked)
  if (url === null || symbol === undefined) return refused(NO_SUCH_PAGE, 'finance', date, asked)
  try {
    return respondChart(symbol, url.searchParams, asked, world)
  } catch (error) {
    // A clock outside the years that the market knows must not end the process that runs the server.
    const description = error instanceof Error ? error.message : String(error)
    return refused({ status: 500, code: 'Internal Server Error', description }, 'chart', date, { ...asked, symbol })
  }
}

type Asked = Omit<RequestLog, 'status' | 'bars'>

function respondChart(symbol: string, query: URLSearchParams, asked: Asked, world: World): HttpAnswer {
  const { listed, now, delayMs } = world
  const date = new Date(now).toUTCString()
  const market = listed.get(symbol.toUpperCase())
  const visible = now - (delayMs ?? market?.instrument.delayMs ?? 0)
  const answer = answerChart(market, query, { now, visible })
  if (answer.kind === 'refusal') {
    return refused(answer.refusal, 'chart', date, { ...asked, symbol, ...windowIn(query) })
  }
  const { interval, period1, period2 } = answer.request
  return {
    status: 200,
    headers: { ...JSON_HEADERS, 'cache-control': 'public, max-age=10, stale-while-revalidate=20', date },
    body: chartJson(answer.chart),
    log: {
      ...asked,
      symbol,
      interval: interval.name,
      period1,
      period2,
      status: 200,
      bars: answer.chart.rows.length,
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

function send(response: ServerResponse, { status, headers, body }: Omit<HttpAnswer, 'log'>, headOnly: boolean): void {
  // Node would date the answer by the machine's clock.
  response.sendDate = false
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) })
  response.end(headOnly ? undefined : body)
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const fail = (cause: Error): void => {
      reject(
        new SimulatorError(
          `cannot listen on ${LOOPBACK}:${port}: ${cause.message}`,
          { kind: 'listen', port },
          { cause },
        ),
      )
    }
    server.once('error', fail)
    server.listen(port, LOOPBACK, () => {
      server.off('error', fail)
      resolve()
    })
  })
}
