import { type Collector, createCollector } from '@openpredict/collector'
import { createYahooSource } from '@openpredict/fetcher'
import { createManualClock, instrumentOf, parseInstant } from '@openpredict/market'
import { createMarket, parseFault, startYahooServer } from '@openpredict/simulator'
import { openStore } from '@openpredict/store'
import { expect, it } from 'vitest'

import { marketRows, type StoredTables } from '../../e2e/stored.ts'
import { timer } from '../../e2e/world.ts'

const MINUTE = 60_000
/** The source has the trades up to 14:17:30; the second block of the hour ends at 14:17:08. */
const START = parseInstant('2024-06-05T14:27:30Z')
const instrument = instrumentOf('NQ=F')

/** Rows after a bar at the end of a block came late, with the collector started again before it comes, or not. */
async function rowsAfter({ restart }: { readonly restart: boolean }): Promise<StoredTables> {
  const clock = createManualClock(START)
  const late = parseFault('late-bars:minutes=1,rate=1,from=2024-06-05T14:17:00Z,to=2024-06-05T14:18:00Z')
  const markets = [createMarket({ seed: 11, instrument })]
  await using server = await startYahooServer({ markets, clock, timer, faults: { seed: 1, rules: [late] } })
  await using store = await openStore('sqlite::memory:', { clock })
  const source = createYahooSource({ clock, timer, baseUrl: server.url })
  const started = (): Collector =>
    createCollector({ instrument, source, store, clock, timer, host: 'test', version: '0', warmUpDays: 0 })
  let collector = started()
  // 14:17 is over by the clock, without a bar: the block is complete, and that is all there is to write.
  for (let cycle = 0; cycle < 2; cycle++) {
    expect((await collector.runCycle()).status).toBe('success')
    clock.advance(MINUTE)
  }
  if (restart) collector = started()
  for (let cycle = 0; cycle < 4; cycle++) {
    expect((await collector.runCycle()).status).toBe('success')
    clock.advance(MINUTE)
  }
  expect((await store.newestBar(instrument.symbol))?.time).toBeGreaterThanOrEqual(START - 8 * MINUTE)
  return await marketRows(store)
}

it('a start after a cycle that only moved the clock still knows a late bar for one', async () => {
  expect(await rowsAfter({ restart: true })).toEqual(await rowsAfter({ restart: false }))
})
