import { parseFault, startYahooServer } from '@openpredict/simulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { timer } from '../e2e/world.ts'
import { FAILING, PASSING } from './fault-table.ts'
import { featuresIn, featuresOf } from './features.ts'
import { barsIn, FilledStore, market, openIn } from './filled-store.ts'
import { jumpingClock, loop, newestPossible } from './loop.ts'

const MINUTE = 60_000

let filled: FilledStore
beforeAll(async () => {
  filled = await FilledStore.make()
})
afterAll(() => filled[Symbol.dispose]())

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
      const newest = reports.at(-1)?.newestBar ?? 0
      expect(newestPossible(clock)).toContain(newest)
      const bars = await barsIn(store)
      expect(bars).toEqual(market.bars(bars[0]?.time ?? 0, newest + MINUTE).toArray())
    },
  )

  it.each(PASSING)(
    'that $fault meets for three cycles never fails, and has every bar and feature',
    async ({ fault }) => {
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
      const newest = reports.at(-1)?.newestBar ?? 0
      expect(newestPossible(clock)).toContain(newest)
      const bars = await barsIn(store)
      const truth = market.bars(bars[0]?.time ?? 0, newest + MINUTE)
      expect(bars).toEqual(truth.toArray())
      expect(await featuresIn(store)).toEqual(await featuresOf(truth, store))
    },
  )
})
