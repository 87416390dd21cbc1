import { parseFault, startYahooServer } from '@openpredict/simulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { timer } from '../e2e/world.ts'
import { featuresIn, featuresOf } from './features.ts'
import { barsIn, FilledStore, market, openIn, START } from './filled-store.ts'
import { jumpingClock, loop, newestPossible } from './loop.ts'

const MINUTE = 60_000

let filled: FilledStore
beforeAll(async () => {
  filled = await FilledStore.make()
})
afterAll(() => filled[Symbol.dispose]())

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
    const truth = server.faults.truth(market.instrument.symbol, from, newest + MINUTE)
    expect(bars).toEqual(truth.toArray())
    const features = await featuresIn(store)
    expect(Object.values(features).flat().length).toBeGreaterThan(200)
    expect(features).toEqual(await featuresOf(truth, store))
  })
})
