import { createManualClock, instrumentOf, parseInstant } from '@openpredict/market'
import { openStore } from '@openpredict/store'
import { expect, it } from 'vitest'

import { checkFreshness } from './check-freshness.ts'

const NQ = instrumentOf('NQ=F')
const AT = parseInstant('2024-06-05T14:00:00Z')
const MINUTE = 60_000
const { signal } = new AbortController()

it('judges the newest bar by what the source can have: open market only, and its delay left out', async () => {
  await using store = await openStore('sqlite::memory:', { clock: createManualClock(AT) })
  const look = (now: number): ReturnType<typeof checkFreshness> => checkFreshness(store, NQ, { now, signal })
  expect(await look(AT)).toBe('no bar of NQ=F yet')
  const bar = { time: AT, open: 1, high: 1, low: 1, close: 1, volume: 1 }
  await store.transaction((tx) => tx.putBars('NQ=F', [bar], { source: 'test', ingestedAt: AT }))
  const newest = 'newest bar of NQ=F 2024-06-05 14:00 UTC'
  const fresh = AT + MINUTE + NQ.delayMs
  expect(await look(fresh)).toBe(`${newest}, nothing newer to be had`)
  expect(await look(fresh + 5 * MINUTE)).toBe(`${newest}, 5 min of open market behind the source`)
  expect(await look(fresh + 6 * MINUTE)).toMatchObject({
    message: `${newest}, 6 min of open market behind the source`,
    code: 'stale',
  })
})
