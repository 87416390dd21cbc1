import {
  type Collector,
  type CollectorOptions,
  createCollector,
  type CycleReport,
  type Hold,
  nextTick,
  runLoop,
} from '@openpredict/collector'
import { createYahooSource, withRetries } from '@openpredict/fetcher'
import { calendarOf, type Clock } from '@openpredict/market'
import { type SimulatedMarket, startYahooServer, type YahooServer } from '@openpredict/simulator'
import { openStore, type Store } from '@openpredict/store'
import { type DeliveryEvent, type MirroredStore, openMirror, type RemoteStore } from '@openpredict/store/delivery'
import { expect } from 'vitest'

import { realClock } from '../../packages/store/test/real-clock.ts'
import { Workplace } from '../e2e/run-cli.ts'
import { timer } from '../e2e/world.ts'
import { featuresIn, featuresOf } from './features.ts'
import { barsIn, market as usualMarket } from './filled-store.ts'
import { quickTimer } from './in-process.ts'
import { jumpingClock } from './loop.ts'

const MINUTE = 60_000
const { instrument } = usualMarket
const SCHEDULE = { calendar: calendarOf(instrument), delayMs: instrument.delayMs }

/** What a scene is set with. */
export interface SceneOptions extends Pick<CollectorOptions, 'createEngine' | 'coldStartDays' | 'warmUpDays'> {
  /** When it begins, epoch ms. */
  readonly start: number
  /** Of NQ=F. @default the market of the other edge cases */
  readonly market?: SimulatedMarket
  /** Where rows are delivered to. @default nowhere */
  readonly remote?: RemoteStore
  /** Where the source is asked in place of the server: at a proxy before it. */
  readonly through?: (server: YahooServer) => Promise<string>
  /** How many times as short as usual pauses and deadlines are. @default 1 */
  readonly speed?: number
}

/** What a scene told while it ran. */
interface Told {
  readonly holds: Hold[]
  readonly deliveries: DeliveryEvent[]
  /** When the source was asked, in ms of the timer that pauses go by. */
  readonly asked: number[]
}

/**
 * A simulated source over HTTP, a store in a file, and a collector in its loop, whose market time jumps from tick to
 * tick. By default a cold start takes six hours of minutes and nothing coarser.
 */
export class Scene implements AsyncDisposable {
  readonly clock: Clock
  readonly server: YahooServer
  readonly store: Store
  readonly told: Told = { holds: [], deliveries: [], asked: [] }
  readonly #collector: Collector
  readonly #timer: Clock
  readonly #workplace: Workplace
  #cycles = 0

  private constructor(parts: {
    readonly clock: Clock
    readonly server: YahooServer
    readonly baseUrl: string
    readonly workplace: Workplace
    readonly store: Store
    readonly told: Told
    readonly options: SceneOptions
  }) {
    const { clock, server, baseUrl, workplace, store, told, options } = parts
    const { coldStartDays = 0.25, warmUpDays = 0, createEngine, remote, speed = 1 } = options
    this.clock = clock
    this.server = server
    this.store = store
    this.told = told
    this.#workplace = workplace
    this.#timer = quickTimer(speed)
    const counted: typeof fetch = (...args) => {
      told.asked.push(this.#timer.now())
      return fetch(...args)
    }
    const yahoo = createYahooSource({ clock, timer: this.#timer, baseUrl, fetch: counted })
    this.#collector = createCollector({
      instrument,
      source: withRetries(yahoo, { timer: this.#timer, random: () => 0.5 }),
      store,
      clock,
      timer: this.#timer,
      host: 'test',
      version: '0',
      coldStartDays,
      warmUpDays,
      ...(createEngine === undefined ? {} : { createEngine }),
      ...(remote === undefined ? {} : { delivery: store as MirroredStore, deliveryMs: 10_000 }),
    })
  }

  static async open(options: SceneOptions): Promise<Scene> {
    const { start, market = usualMarket, remote, through } = options
    const clock = jumpingClock(start)
    const server = await startYahooServer({ markets: [market], clock, timer })
    const baseUrl = (await through?.(server)) ?? server.url
    const workplace = new Workplace()
    const path = workplace.path('openpredict.sqlite')
    const told: Told = { holds: [], deliveries: [], asked: [] }
    const onEvent = (event: DeliveryEvent): void => void told.deliveries.push(event)
    const store =
      remote === undefined
        ? await openStore(`sqlite:${path}`, { clock: realClock })
        : await openMirror({ path, remote, clock: realClock, onEvent })
    return new Scene({ clock, server, baseUrl, workplace, store, told, options })
  }

  /** The store, where rows are delivered. */
  get mirror(): MirroredStore {
    return this.store as MirroredStore
  }

  /** Runs the loop for so many cycles more; told how many of them there have been. */
  async run(cycles: number, onCycle: (count: number, report: CycleReport) => void = () => undefined): Promise<Reports> {
    return await this.#loop(new AbortController(), cycles, onCycle)
  }

  /** Runs the loop until the first cycle at or after an instant (epoch ms). */
  async runUntil(instant: number): Promise<Reports> {
    const stop = new AbortController()
    return await this.#loop(stop, Number.POSITIVE_INFINITY, (_, { startedAt }) => {
      if (startedAt >= instant) stop.abort()
    })
  }

  /** What the one cycle that comes next reports. */
  async next(): Promise<CycleReport> {
    const [report] = await this.run(1)
    if (report === undefined) throw new Error('there was no cycle')
    return report
  }

  async #loop(
    stop: AbortController,
    cycles: number,
    onCycle: (count: number, report: CycleReport) => void,
  ): Promise<Reports> {
    const { clock } = this
    if (this.#cycles > 0) await clock.sleep(nextTick(clock.now(), SCHEDULE).at - clock.now())
    const reports: CycleReport[] = []
    await runLoop({
      collectors: [this.#collector],
      clock,
      timer: this.#timer,
      signal: stop.signal,
      cycles,
      onCycle(report) {
        reports.push(report)
        onCycle(reports.length, report)
      },
      onHold: (hold) => this.told.holds.push(hold),
    })
    this.#cycles += reports.length
    return reports
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store.close()
    await this.server.close()
    this.#workplace[Symbol.dispose]()
  }
}

export type Reports = readonly CycleReport[]

/**
 * The stored bars are those of the source, from the first to the newest that can be known by now, each once, and the
 * features are those of a batch over them.
 */
export async function expectTruth({ store, server, clock }: Scene): Promise<void> {
  const bars = await barsIn(store)
  const [first, newest] = [bars[0]?.time ?? 0, bars.at(-1)?.time ?? 0]
  const truth = server.faults.truth(instrument.symbol, first, clock.now())
  const possible = truth.between(first, newest + MINUTE)
  expect(bars).toEqual(possible.toArray())
  // A trade after a minute's end tells at once that it is over; otherwise that is known a minute later.
  const known = clock.now() - instrument.delayMs - 2 * MINUTE
  expect(truth.time.filter((time) => time > newest && time + MINUTE <= known)).toHaveLength(0)
  expect(await featuresIn(store)).toEqual(await featuresOf(possible, store))
}

/** How cycles ended: the failure's category and code, or the status. */
export function outcomes(reports: Reports): readonly string[] {
  return reports.map(({ status, failure }) => (failure === undefined ? status : `${failure.category}/${failure.code}`))
}
