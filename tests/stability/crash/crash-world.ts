import { copyFileSync, writeFileSync } from 'node:fs'

import { createManualClock, formatInstant, instrumentOf, type ManualClock, parseInstant } from '@openpredict/market'
import {
  createMarket,
  parseFault,
  type RequestLog,
  type SimulatedMarket,
  startYahooServer,
  type YahooServer,
} from '@openpredict/simulator'

import { openStore } from '@openpredict/store'

import { Workplace } from '../../e2e/run-cli.ts'
import { timer } from '../../e2e/world.ts'
import { openpredict, quickTimer } from '../../edge-cases/in-process.ts'
import type { Random } from '../random.ts'

const MINUTE = 60_000
const START = parseInstant('2024-06-05T14:30:30Z')
const FILE = 'openpredict.sqlite'
const HOUR = 60 * MINUTE
const HISTORY_HOURS = 10

/** Bars that come late or change after a while: corrections in nearly every cycle. */
const FAULTS = [
  'late-bars:minutes=4,rate=0.15',
  'revised-bars:minutes=3,rate=0.5',
  'late-bars:minutes=always,rate=0.02',
]

interface StepJson {
  readonly name: string
  readonly durationMs: number
}

/**
 * A market that stands still, a store with ten hours of it, and processes that collect from the one into the other. As
 * long as time does not go on, each of them is shown the same.
 */
export class CrashWorld implements AsyncDisposable {
  readonly #clock: ManualClock
  readonly #server: YahooServer
  readonly #workplace = new Workplace()
  readonly #unkilled = new Workplace()
  readonly #onRequest: { listener: (log: RequestLog) => void }
  readonly #env: Readonly<Record<string, string>>
  /** When each step of the last run that nobody killed began and ended, real ms after its first request. */
  #steps: ReadonlyMap<string, readonly [number, number]> = new Map()

  private constructor(parts: {
    readonly clock: ManualClock
    readonly server: YahooServer
    readonly onRequest: { listener: (log: RequestLog) => void }
    readonly env: Readonly<Record<string, string>>
  }) {
    this.#clock = parts.clock
    this.#server = parts.server
    this.#onRequest = parts.onRequest
    this.#env = parts.env
  }

  /** Makes one; `env` says where killed runs store their rows, a file of their own unless it does. */
  static async make(seed: number, env: Readonly<Record<string, string>> = {}): Promise<CrashWorld> {
    const market = createMarket({ seed, instrument: instrumentOf('NQ=F') })
    const clock = createManualClock(START)
    const onRequest: { listener: (log: RequestLog) => void } = { listener: () => undefined }
    const server = await startYahooServer({
      markets: [market],
      clock,
      timer,
      // Who follows this clock stands as still as the market: what is stamped is the same in every process.
      speed: 1e-9,
      faults: { seed, rules: FAULTS.map(parseFault) },
      onRequest: (log) => onRequest.listener(log),
    })
    const world = new CrashWorld({ clock, server, onRequest, env })
    await world.#fill(market)
    return world
  }

  get killedPlace(): Workplace {
    return this.#workplace
  }

  get unkilledPlace(): Workplace {
    return this.#unkilled
  }

  /** Lets two to six minutes pass. */
  advance(random: Random): void {
    this.#clock.advance(Math.floor(random.between(2, 6)) * MINUTE)
  }

  /** The same cycle in the store that nobody is killed over. */
  async runUnkilled(): Promise<void> {
    const store = `sqlite:${this.#unkilled.path(FILE)}`
    const { code, stderr } = await openpredict(['collect', '--source', this.#source, '--store', store], quickTimer(1))
    if (code !== 0) throw new Error(`the unkilled run ended with ${code}: ${stderr}`)
  }

  /** A whole cycle in a process of its own. */
  async runWhole(): Promise<void> {
    const asked = this.#firstRequest()
    const started = timer.now()
    const { code, stdout, stderr } = await this.#start().finished
    if (code !== 0) throw new Error(`a run that nobody killed ended with ${code}: ${stderr}`)
    const first = await asked
    const { steps } = JSON.parse(stdout) as { readonly steps: readonly StepJson[] }
    const times = new Map<string, readonly [number, number]>([['start', [started - first, 0]]])
    let at = 0
    for (const { name, durationMs } of steps) times.set(name, [at, (at += durationMs)])
    // What is left is the record, the commit, the delivery that is waited for, and the end of the process.
    this.#steps = times.set('end', [at, Math.max(at, timer.now() - first)])
  }

  /** The steps in which a cycle can be killed. */
  get steps(): readonly string[] {
    return [...this.#steps.keys()]
  }

  /**
   * A cycle that is killed in a step, when `share` of the time that it usually takes has passed; all times `pace`, for
   * one that is quicker than usual. Returns whether it was still there to be killed.
   */
  async runKilled(step: string, { share, pace }: { readonly share: number; readonly pace: number }): Promise<boolean> {
    const [from, to] = this.#steps.get(step) ?? [0, 0]
    const moment = (from + share * (to - from)) * pace
    const asked = this.#firstRequest()
    const { child, finished } = this.#start()
    const delay = step === 'start' ? timer.sleep(moment - from * pace) : asked.then(() => timer.sleep(moment))
    await Promise.race([delay, finished])
    child.kill('SIGKILL')
    return (await finished).signal === 'SIGKILL'
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#workplace[Symbol.dispose]()
    this.#unkilled[Symbol.dispose]()
    await this.#server.close()
  }

  get #source(): string {
    return `sim:${this.#server.url}`
  }

  #start(): ReturnType<Workplace['start']> {
    const env = { OPENPREDICT_MIRROR: this.#workplace.path(FILE), ...this.#env }
    return this.#workplace.start(['collect', '--source', this.#source, '--json', '--log-format', 'none'], env)
  }

  /** When the next request comes. */
  async #firstRequest(): Promise<number> {
    return await new Promise((resolve) => {
      this.#onRequest.listener = () => resolve(timer.now())
    })
  }

  /** Ten hours of bars and what coarser ones tell, in both stores. */
  async #fill(market: SimulatedMarket): Promise<void> {
    const { symbol } = market.instrument
    const file = this.#unkilled.path('bars.csv')
    const store = `sqlite:${this.#unkilled.path(FILE)}`
    const first = Math.floor(START / HOUR) * HOUR - HISTORY_HOURS * HOUR
    const lines = this.#server.faults
      .truth(symbol, first, START - 12 * MINUTE)
      .toArray()
      .map(({ time, ...bar }) => [formatInstant(time), bar.open, bar.high, bar.low, bar.close, bar.volume].join(','))
    writeFileSync(file, `timestamp,open,high,low,close,volume\n${lines.join('\n')}\n`)
    const { code, stderr } = await openpredict(['import', file, '--store', store], quickTimer(1))
    if (code !== 0) throw new Error(`the store could not be filled: ${stderr}`)
    {
      // Two days of coarser bars in place of sixty, so that each start calculates for tenths of a second only.
      await using filled = await openStore(store, { clock: quickTimer(1) })
      const history = market.barsOf('5m', first - 48 * HOUR, first)
      await filled.transaction((tx) => tx.putHistoryBars(symbol, '5m', history, { source: 'Yahoo' }))
    }
    await this.runUnkilled()
    copyFileSync(this.#unkilled.path(FILE), this.#workplace.path(FILE))
  }
}
