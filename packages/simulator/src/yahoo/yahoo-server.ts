import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'

import type { Clock } from '@openpredict/market'

import { SimulatorError } from '../errors.ts'
import type { FaultPlan } from '../faults/fault.ts'
import type { FaultLog } from '../faults/fault-log.ts'
import { FaultDesk, type Faults } from '../faults/faults.ts'
import { respondWithFault } from '../faults/respond-with-fault.ts'
import type { SimulatedMarket } from '../market.ts'
import { deliver } from './deliver.ts'
import { keepLast, type RequestLog } from './request-log.ts'
import { preparations, symbolAskedFor, type World } from './respond.ts'

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
  /**
   * What is to go wrong.
   * @default nothing
   */
  readonly faults?: FaultPlan
  /**
   * How many milliseconds of real time the next chart takes, before all else: `createLatency()` for those of the internet.
   * @default none
   */
  readonly latency?: () => number
  /**
   * Real time: how long an answer takes. Give the real clock when `clock` is scaled.
   * @default `clock`
   */
  readonly timer?: Clock
  /** Called for each request when its answer is known. */
  readonly onRequest?: (log: RequestLog) => void
  /** Called for everything that is done on purpose, before the `onRequest` of the request. */
  readonly onFault?: (log: FaultLog) => void
}

/** A running server. */
export interface YahooServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string
  readonly port: number
  /** The last 10,000 requests, the oldest first. */
  readonly requests: readonly RequestLog[]
  /** What goes wrong, and what was done: to be changed at any time. */
  readonly faults: Faults
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
  const {
    markets,
    clock,
    speed = 1,
    delayMs,
    port = 0,
    faults = { rules: [] },
    timer = clock,
    latency,
    onRequest,
  } = options
  if (delayMs !== undefined && !(delayMs >= 0)) {
    throw new SimulatorError(`delayMs ${delayMs}: expected 0 or more`, { kind: 'delay', found: delayMs })
  }
  const listed = new Map(markets.map((market) => [market.instrument.symbol, market]))
  const desk = new FaultDesk({
    plan: faults,
    listed,
    startedAt: clock.now(),
    unseen: () => clock.now() - (delayMs ?? Math.max(0, ...markets.map(({ instrument }) => instrument.delayMs))),
    onFault: options.onFault,
  })
  const requests: RequestLog[] = []

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = { method: request.method ?? 'GET', target: request.url ?? '/' }
    const symbol = symbolAskedFor(asked)
    if (symbol !== undefined && latency !== undefined) {
      await pause(latency(), response, timer)
      if (response.destroyed) return
    }
    const now = clock.now()
    const world: World = {
      listed,
      now,
      speed,
      delayMs,
      extraDelayMs: symbol === undefined ? 0 : desk.extraDelay(symbol, now),
      shown: (market, visible) => desk.shown(market, visible),
    }
    for (const _ of preparations(asked, world)) {
      await nextTurn()
      if (response.destroyed) return
    }
    const decision = symbol === undefined ? undefined : desk.decide(symbol, now)
    const { answer: decided, delivery, faulted } = respondWithFault(asked, world, decision?.fault)
    if (decision !== undefined && symbol !== undefined) {
      if (faulted) decision.take()
      const { visible, log } = decided
      const { period1: from, period2: to } = log ?? {}
      if (visible !== undefined && from !== undefined && to !== undefined) {
        desk.noteShown({ time: now, symbol, request: decision.request, visible, from, to })
      }
    }
    if (decided.log !== undefined) {
      keepLast(requests, decided.log, KEPT_REQUESTS)
      onRequest?.(decided.log)
    }
    await deliver(response, decided, { delivery, accepts: request.headers['accept-encoding'], timer })
  }

  const server = createServer((request, response) => {
    // Whatever fails while an answer is sent is the end of that connection, not of the process.
    answer(request, response).catch(() => response.destroy())
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
  return {
    url: `http://${LOOPBACK}:${bound}`,
    port: bound,
    requests,
    faults: desk,
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Waits for so long, and no longer than the client does. */
async function pause(ms: number, response: ServerResponse, timer: Clock): Promise<void> {
  const gone = new AbortController()
  const leave = (): void => gone.abort()
  response.once('close', leave)
  try {
    await timer.sleep(ms, gone.signal)
  } catch (error) {
    if (!gone.signal.aborted) throw error
  } finally {
    response.off('close', leave)
  }
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
