import { type Clock, createScaledClock, instrumentOf } from '@openpredict/market'
import { createMarket, type SimulatedMarket, startYahooServer, type YahooServer } from '@openpredict/simulator'

/** Real time for tests: only moves on. */
export const timer: Clock = {
  now: () => performance.now(),
  async sleep(ms, signal) {
    await (await import('node:timers/promises')).setTimeout(ms, undefined, signal === undefined ? {} : { signal })
  },
}

/** A simulated market behind a server. */
export interface World extends AsyncDisposable {
  readonly market: SimulatedMarket
  readonly server: YahooServer
  readonly clock: Clock
  /** What `--source` takes. */
  readonly source: string
}

/** Serves a market of NQ that begins at `start` and runs `speed` times as fast as real time. */
export async function startWorld({
  start,
  speed = 1,
  seed = 11,
}: {
  readonly start: number
  readonly speed?: number
  readonly seed?: number
}): Promise<World> {
  const clock = createScaledClock(timer, { start, speed })
  const market = createMarket({ seed, instrument: instrumentOf('NQ=F') })
  const server = await startYahooServer({ markets: [market], clock, speed })
  return { market, server, clock, source: `sim:${server.url}`, [Symbol.asyncDispose]: () => server.close() }
}
