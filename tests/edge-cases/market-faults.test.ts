import { importBars } from '@openpredict/collector'
import { createManualClock } from '@openpredict/market'
import { parseFault, startYahooServer, type YahooServer } from '@openpredict/simulator'
import { openStore, type Store, TABLE_NAMES, tableOf } from '@openpredict/store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { marketRows, type StoredTables } from '../e2e/stored.ts'
import { timer } from '../e2e/world.ts'
import { barsIn, FilledStore, market, openIn, START } from './filled-store.ts'
import { jumpingClock, loop, newestPossible } from './loop.ts'

const MINUTE = 60_000
const { instrument } = market

let filled: FilledStore
beforeAll(async () => {
  filled = await FilledStore.make()
})
afterAll(() => filled[Symbol.dispose]())

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
    const newest = reports.at(-1)?.newestBar ?? 0
    expect(newestPossible(clock)).toContain(newest)
    const bars = await barsIn(store)
    const from = bars[0]?.time ?? 0
    expect(bars).toEqual(server.faults.truth(instrument.symbol, from, newest + MINUTE).toArray())
    const features = await featuresIn(store)
    expect(Object.values(features).flat().length).toBeGreaterThan(200)
    expect(features).toEqual(await featuresOfTruth(server, from, newest + MINUTE))
  })
})
