import { createCollector, type CycleReport, importBars, runLoop } from '@openpredict/collector'
import { createYahooSource, withRetries } from '@openpredict/fetcher'
import { type Clock, createManualClock } from '@openpredict/market'
import { parseFault, startYahooServer, type YahooServer } from '@openpredict/simulator'
import { openStore, type Store, TABLE_NAMES, tableOf } from '@openpredict/store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { marketRows, type StoredTables } from '../e2e/stored.ts'
import { timer } from '../e2e/world.ts'
import { FAILING, PASSING } from './fault-table.ts'
import { barsIn, FilledStore, market, openIn, START } from './filled-store.ts'
import { quickTimer } from './in-process.ts'

const MINUTE = 60_000
const { instrument } = market

let filled: FilledStore
beforeAll(async () => {
  filled = await FilledStore.make()
})
afterAll(() => filled[Symbol.dispose]())

/** Market time for a loop: who waits for an instant is there at once. */
function jumpingClock(): Clock {
  let now = START + MINUTE
  return {
    now: () => now,
    sleep(ms) {
      now += Math.max(0, ms)
      return Promise.resolve()
    },
  }
}

interface LoopOptions {
  readonly server: YahooServer
  readonly store: Store
  readonly clock: Clock
  readonly cycles: number
  /** How many times as short as usual pauses and deadlines are. @default 15 */
  readonly speed?: number
  /** Told how many cycles there have been. */
  readonly onCycle: (count: number) => void
}

async function loop({
  server,
  store,
  clock,
  cycles,
  speed = 10,
  onCycle,
}: LoopOptions): Promise<readonly CycleReport[]> {
  const quick = quickTimer(speed)
  const yahoo = createYahooSource({ clock, timer: quick, baseUrl: server.url })
  const source = withRetries(yahoo, { timer: quick, random: () => 0.5 })
  const collector = createCollector({ instrument, source, store, clock, timer: quick, host: 'test', version: '0' })
  const reports: CycleReport[] = []
  await runLoop({
    collectors: [collector],
    clock,
    timer: quick,
    signal: new AbortController().signal,
    cycles,
    onCycle(report) {
      reports.push(report)
      onCycle(reports.length)
    },
  })
  return reports
}

/** The newest bar, which must be the newest that can be known to have closed, or the one before. */
function newestOf(reports: readonly CycleReport[], clock: Clock): number {
  const newest = reports.at(-1)?.newestBar ?? 0
  const closed = Math.floor(clock.now() / MINUTE) * MINUTE - 11 * MINUTE
  expect([closed, closed - MINUTE]).toContain(newest)
  return newest
}

const FEATURES = TABLE_NAMES.filter((table) => tableOf(table).group === 'feature' && table !== 'feature_revisions')

/** The features of a store; how many corrections they have been through does not count. */
async function featuresIn(store: Store): Promise<StoredTables> {
  const tables = await marketRows(store)
  const features = FEATURES.map((table) => {
    const rows = (tables[table] ?? []) as readonly object[]
    return [table, rows.map((row) => ({ ...row, history_version: 0 }))] as const
  })
  return Object.fromEntries(features)
}

/** The features of a store into which nothing but the truth was put. */
async function featuresOfTruth(server: YahooServer, from: number, to: number): Promise<StoredTables> {
  const clock = createManualClock(to)
  await using store = await openStore('sqlite::memory:', { clock })
  const bars = server.faults.truth(instrument.symbol, from, to)
  await importBars({ instrument, bars, store, clock, timer, source: 'Yahoo' })
  return await featuresIn(store)
}

describe('a loop', () => {
  it.each(FAILING)(
    'that $fault meets for three cycles says so, recovers, and has every bar',
    async ({ fault, code }) => {
      using workplace = filled.copy()
      const clock = jumpingClock()
      await using server = await startYahooServer({ markets: [market], clock, timer })
      await using store = await openIn(workplace)
      const speed = /hang|slow/.test(fault) ? 20 : 15
      const reports = await loop({
        server,
        store,
        clock,
        speed,
        cycles: 8,
        onCycle(count) {
          if (count === 2) server.faults.add(parseFault(fault))
          if (count === 5) server.faults.clear()
        },
      })
      const codes = reports.map(({ failure }) => failure?.code)
      expect(codes).toEqual([undefined, undefined, code, code, code, undefined, undefined, undefined])
      const newest = newestOf(reports, clock)
      const bars = await barsIn(store)
      expect(bars).toEqual(market.bars(bars[0]?.time ?? 0, newest + MINUTE).toArray())
    },
  )

  it.each(PASSING)('that $fault meets for three cycles never fails, and has every bar', async ({ fault }) => {
    using workplace = filled.copy()
    const clock = jumpingClock()
    await using server = await startYahooServer({ markets: [market], clock, timer })
    await using store = await openIn(workplace)
    const reports = await loop({
      server,
      store,
      clock,
      cycles: 8,
      onCycle(count) {
        if (count === 2) server.faults.add(parseFault(fault))
        if (count === 5) server.faults.clear()
      },
    })
    expect(server.faults.log.length).toBe(3)
    expect(reports.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 'success'))
    const newest = newestOf(reports, clock)
    const bars = await barsIn(store)
    expect(bars).toEqual(market.bars(bars[0]?.time ?? 0, newest + MINUTE).toArray())
  })

  it.each([
    'late-bars:rate=0.3,minutes=4',
    'revised-bars:rate=0.3,minutes=4',
    'bad-ticks:rate=0.2,minutes=1',
    'bad-ticks:rate=0.1,minutes=6',
    'bad-ticks:rate=0.1,minutes=always',
    'late-bars:rate=0.1,minutes=always',
    'growing-delay:per-minute=15,most=4',
    'random:rate=0.5,kinds=429+500+reset+html+truncated+null-rows+duplicates+out-of-order+quote-on-minute',
  ])('that lives with %s for half an hour has the truth, and the features of the truth', async (fault) => {
    using workplace = filled.copy()
    const clock = jumpingClock()
    await using server = await startYahooServer({ markets: [market], clock, timer })
    await using store = await openIn(workplace)
    server.faults.add({ to: START + 30 * MINUTE, ...parseFault(fault) })
    const reports = await loop({ server, store, clock, cycles: 50, onCycle: () => undefined })
    expect(server.faults.log.length).toBeGreaterThan(0)
    const newest = newestOf(reports, clock)
    const bars = await barsIn(store)
    const from = bars[0]?.time ?? 0
    expect(bars).toEqual(server.faults.truth(instrument.symbol, from, newest + MINUTE).toArray())
    const features = await featuresIn(store)
    expect(Object.values(features).flat().length).toBeGreaterThan(200)
    expect(features).toEqual(await featuresOfTruth(server, from, newest + MINUTE))
  })
})
