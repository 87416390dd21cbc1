import { createYahooSource, withRetries } from '@openpredict/fetcher'
import type { Instrument } from '@openpredict/market'
import { createMarket, type SimulatedMarket, startYahooServer, type YahooServer } from '@openpredict/simulator'
import { openStore, type Store } from '@openpredict/store'

import { type Collector, createCollector, type CycleReport } from '../src/index.ts'
import type { Machine } from './machine.ts'

/** What a station is set up with. */
interface StationOptions {
  readonly machine: Machine
  readonly instruments: readonly Instrument[]
  /** How long the source takes to answer about a symbol, in ms of the machine; infinite when it never does. @default 0 */
  readonly latencyOf?: (symbol: string) => number
}

/**
 * Collectors of several instruments on one simulated Yahoo, over HTTP, and one store in memory. Time stands still while a
 * request is under way, so that nothing depends on how fast this computer is.
 */
export class Station implements AsyncDisposable {
  readonly markets: readonly SimulatedMarket[]
  readonly server: YahooServer
  readonly store: Store
  readonly collectors: readonly Collector[]
  /** Every cycle that ended, with the real time that it took, in milliseconds. */
  readonly cycles: { readonly report: CycleReport; readonly realMs: number }[] = []
  readonly #requests: { underWay: number }

  private constructor(
    { machine, instruments, latencyOf = () => 0 }: StationOptions,
    { markets, server, store }: Pick<Station, 'markets' | 'server' | 'store'>,
  ) {
    this.markets = markets
    this.server = server
    this.store = store
    const requests = { underWay: 0 }
    this.#requests = requests
    const fetchIt: typeof fetch = async (input, init) => {
      const url = input instanceof Request ? input.url : input.toString()
      const symbol = decodeURIComponent(/chart\/([^?]+)/.exec(url)?.[1] ?? '')
      const ms = latencyOf(symbol)
      if (ms > 0) await machine.timer.sleep(Math.min(ms, 1e12), init?.signal ?? undefined)
      requests.underWay++
      try {
        const response = await fetch(url, init)
        return new Response(await response.text(), { status: response.status, headers: response.headers })
      } finally {
        requests.underWay--
      }
    }
    const { clock, timer } = machine
    const yahoo = createYahooSource({ clock, timer, fetch: fetchIt, baseUrl: server.url })
    const source = withRetries(yahoo, { timer, random: () => 0.5 })
    this.collectors = instruments.map((instrument) => {
      const windows = { coldStartDays: 1 / 24, warmUpDays: 0 }
      const options = { instrument, source, store, clock, timer, host: 'test', version: '0', ...windows }
      const collector = createCollector(options)
      return {
        instrument,
        runCycle: async (cycle) => {
          const started = performance.now()
          const report = await collector.runCycle(cycle)
          this.cycles.push({ report, realMs: performance.now() - started })
          return report
        },
      }
    })
  }

  static async open(options: StationOptions): Promise<Station> {
    const { clock, timer } = options.machine
    const markets = options.instruments.map((instrument, seed) => createMarket({ seed, instrument }))
    const server = await startYahooServer({ markets, clock, timer })
    const store = await openStore('sqlite::memory:', { clock })
    // The client is loaded before the first cycle: that takes real time.
    const { instruments } = options
    const [first] = instruments
    if (first === undefined) throw new Error('a station needs an instrument')
    const now = clock.now()
    const warm = createYahooSource({ clock, timer, baseUrl: server.url })
    await warm.fetch({ instrument: first, from: now - 600_000, to: now })
    return new Station(options, { markets, server, store })
  }

  /** Whether time has to stand still. */
  isBusy(): boolean {
    return this.#requests.underWay > 0
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store.close()
    await this.server.close()
  }
}
