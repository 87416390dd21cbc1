import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import type { Clock } from '@openpredict/market'

import { SimulatorError } from '../errors.ts'
import type { SimulatedMarket } from '../market.ts'
import { keepLast, type RequestLog } from './request-log.ts'
import { type HttpAnswer, respond } from './respond.ts'

const LOOPBACK = '127.0.0.1'
const KEPT_REQUESTS = 10_000

/** What to serve, and when it is. */
export interface YahooServerOptions {
  /** The markets that are listed, found by their instrument's symbol. */
  readonly markets: readonly SimulatedMarket[]
  /** The server's own time: it dates answers and decides what has been traded by now. */
  readonly clock: Clock
  /**
   * How many times as fast as real time `clock` runs; only told, to those who ask at `/simulator/clock`.
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
 * Beside
 * Yahoo's, one path of its own, which is not logged: `GET /simulator/clock` answers `{ now, speed }`, so that others can
 * follow its time.
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
    const { method = 'GET', url: target = '/' } = request
    const answer = respond({ method, target }, { listed, now: clock.now(), speed, delayMs })
    send(response, answer)
    if (answer.log === undefined) return
    keepLast(requests, answer.log, KEPT_REQUESTS)
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

function send(response: ServerResponse, { status, headers, body }: HttpAnswer): void {
  // With a date among the headers, Node does not add the machine's own; and it sends no body to HEAD.
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) })
  response.end(body)
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
