import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { type Clock, formatInstant, type Instrument } from '@openpredict/market'

import { openStore } from '@openpredict/store'

import { Collecting } from './collecting.ts'
import { followClock } from './market-time.ts'
import type { SoakPlan, Stretch } from './plan.ts'
import { Program, startAndHear } from './program.ts'
import type { SimulatorLine, SoakEvent, SoakRecord } from './record.ts'
import { Snapshots } from './snapshots.ts'
import { noteStalls } from './stalls.ts'
import type { SoakStore } from './stores.ts'

const SNAPSHOT_MS = 6 * 60_000
const MOST_SNAPSHOTS = 40

/** What a soak is run with. */
export interface RunSoakOptions {
  readonly plan: SoakPlan
  readonly instrument: Instrument
  readonly store: SoakStore
  readonly folder: string
  /** How many times as fast as real time the market runs. */
  readonly speed: number
  /** Real time that only moves on. */
  readonly timer: Clock
  readonly signal: AbortSignal
  /** Told what happens. */
  readonly onEvent?: (event: SoakEvent) => void
}

/** An order at an instant of market time. */
interface Order {
  readonly at: number
  readonly act: () => Promise<void>
}

/**
 * Runs a soak to its end: a simulator and a collector as processes of their own, killed and hindered as planned; then one
 * more cycle. Nothing of it runs when this has ended, however it ends.
 */
export async function runSoak(options: RunSoakOptions): Promise<SoakRecord> {
  const { plan, instrument, store, folder, speed, timer, signal, onEvent } = options
  const started = timer.now()
  const events: SoakEvent[] = []
  const simulator: SimulatorLine[] = []
  mkdirSync(folder, { recursive: true })
  await prepare(store, folder, timer)

  const { program, line } = await startAndHear({
    args: simulateArgs(plan, instrument, speed),
    folder,
    errors: join(folder, 'simulator.err'),
    onLine: (text) => simulator.push(JSON.parse(text) as SimulatorLine),
  })
  await using source = program
  const url = String((JSON.parse(line) as SimulatorLine)['url'])
  const clock = await followClock(url, timer)
  const note = (event: SoakEvent): void => {
    events.push(event)
    onEvent?.(event)
  }
  const snapshots = new Snapshots({ file: store.file, folder, clock })
  const onDown = (): void => snapshots.take()
  await using collecting = new Collecting({ folder, source: `sim:${url}`, env: store.env, clock, timer, note, onDown })
  const lost = source.ended.then(({ code }) => {
    throw new Error(`the simulator has ended with exit code ${code}`)
  })
  lost.catch(() => undefined)
  const stalls: Stretch[] = []
  const over = new AbortController()
  const watching = noteStalls({ clock, timer, signal: AbortSignal.any([signal, over.signal]) }, stalls)
  collecting.start()
  const storeAway: Stretch[] = []
  await Promise.race([
    lost,
    Promise.all([
      follow(killOrders(plan, collecting, signal), clock, signal),
      follow(snapshotOrders(plan, snapshots), clock, signal),
      follow(awayOrders(plan, { store, clock, note, storeAway }), clock, signal),
    ]),
  ])
  await Promise.race([lost, clock.sleep(plan.end - clock.now(), signal)])
  await collecting.stop()
  await collecting.once()
  over.abort()
  await watching
  return {
    cycles: collecting.cycles,
    events,
    simulator,
    storeAway,
    snapshots: snapshots.taken,
    stalls,
    wallMs: timer.now() - started,
  }
}

function simulateArgs(plan: SoakPlan, { symbol }: Instrument, speed: number): readonly string[] {
  const fixed = ['--port', '0', '--seed', String(plan.seed), '--speed', String(speed), '--symbol', symbol]
  const start = ['--start', formatInstant(plan.start), '--json']
  return ['simulate', ...fixed, ...start, ...plan.faults.flatMap((fault) => ['--fault', fault])]
}

/** Makes the tables of a remote store, in which nothing may be yet. */
async function prepare({ migrate: env, remote }: SoakStore, folder: string, clock: Clock): Promise<void> {
  if (env === undefined || remote === undefined) return
  const errors = join(folder, 'migrate.err')
  const { code } = await new Program({ args: ['db', 'migrate'], folder, env, errors }).ended
  if (code !== 0) throw new Error(`the tables could not be made: see ${errors}`)
  await using store = await openStore(remote.url, { clock, ...remote, readOnly: true })
  const bars = await store.countRows('ohlc_data')
  if (bars > 0) throw new Error(`the store holds ${bars} bars: a soak begins with nothing`)
}

function killOrders({ kills }: SoakPlan, collecting: Collecting, signal: AbortSignal): readonly Order[] {
  return kills.map(({ at, awayMs }) => ({ at, act: () => collecting.kill(awayMs, signal) }))
}

/** Every few minutes of market time, as many as are kept. */
function snapshotOrders({ from, to }: SoakPlan, snapshots: Snapshots): readonly Order[] {
  const count = Math.min(MOST_SNAPSHOTS, Math.floor((to - from) / SNAPSHOT_MS))
  return Array.from({ length: count }, (_, i) => ({
    at: from + ((i + 1) * (to - from)) / count,
    act: () => Promise.resolve(snapshots.take()),
  }))
}

/** Every stretch in which the store is away, and when it really was. */
function awayOrders(
  plan: SoakPlan,
  {
    store,
    clock,
    note,
    storeAway,
  }: {
    readonly store: SoakStore
    readonly clock: Clock
    readonly note: (event: SoakEvent) => void
    readonly storeAway: Stretch[]
  },
): readonly Order[] {
  return plan.storeAway.flatMap(({ from, to }): readonly Order[] => {
    let began = from
    return [
      {
        at: from,
        act: async () => {
          began = clock.now()
          await store.goAway()
          note({ at: clock.now(), what: 'store-away' })
        },
      },
      {
        at: to,
        act: async () => {
          await store.comeBack()
          storeAway.push({ from: began, to: clock.now() })
          note({ at: clock.now(), what: 'store-back' })
        },
      },
    ]
  })
}

/** Carries out orders one after the other, each when its time has come. */
async function follow(orders: readonly Order[], clock: Clock, signal: AbortSignal): Promise<void> {
  for (const { at, act } of orders) {
    await clock.sleep(at - clock.now(), signal)
    await act()
  }
}
