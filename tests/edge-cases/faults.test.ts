import type { CycleReport } from '@openpredict/collector'
import { type Bar, createManualClock, parseInstant } from '@openpredict/market'
import { parseFault, startYahooServer, type YahooServer } from '@openpredict/simulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { Workplace } from '../e2e/run-cli.ts'
import { timer } from '../e2e/world.ts'
import { FAILING, PASSING, SHOWN_WRONG } from './fault-table.ts'
import { barsIn, FilledStore, market, openIn, START, storeIn, tablesIn } from './filled-store.ts'
import { type Ended, openpredict, quickTimer } from './in-process.ts'

const MINUTE = 60_000
/** When five more bars have closed than are stored. */
const LATER = START + 5 * MINUTE

let filled: FilledStore
beforeAll(async () => {
  filled = await FilledStore.make()
})
afterAll(() => filled[Symbol.dispose]())

async function serve(fault: string, now = LATER): Promise<YahooServer> {
  const faults = { rules: [parseFault(fault)] }
  return await startYahooServer({ markets: [market], clock: createManualClock(now), timer, faults })
}

/** `openpredict collect --once --json`, with pauses and deadlines that are shorter than usual. */
async function collect(
  workplace: Workplace,
  { url }: YahooServer,
  speed = 10,
): Promise<Ended & { report: CycleReport }> {
  const args = ['collect', '--once', '--source', `sim:${url}`, '--store', storeIn(workplace), '--json']
  const ended = await openpredict(args, quickTimer(speed))
  return { ...ended, report: JSON.parse(ended.stdout) as CycleReport }
}

/** How much shorter than usual waiting is. A cold start has patience: half a minute for an answer, minutes for all. */
function speedFor(fault: string, isFilled: boolean): number {
  const waits = /hang|slow|retry-after/.test(fault)
  return waits ? (isFilled ? 25 : 250) : 10
}

const isOfMarket = (bar: Bar): boolean => JSON.stringify(market.bar(bar.time)) === JSON.stringify(bar)

describe('collect --once', () => {
  it.each(FAILING)('ends with 3 and $category/$code at $fault, and keeps nothing', async (expected) => {
    const { fault, category, code, message } = expected
    await using server = await serve(fault)
    for (const isFilled of [false, true]) {
      using workplace = isFilled ? filled.copy() : new Workplace()
      const before = isFilled ? filled.tables : undefined
      const { code: exit, stderr, report } = await collect(workplace, server, speedFor(fault, isFilled))
      expect({ exit, stderr, status: report.status }).toEqual({ exit: 3, stderr: '', status: 'failed' })
      expect(report.failure).toMatchObject({ category, code, message: expect.stringMatching(message) as string })
      expect(report.failure?.hint).not.toBe('')
      const after = await tablesIn(workplace)
      expect(after).toEqual(before ?? Object.fromEntries(Object.keys(after).map((table) => [table, []])))
      await using store = await openIn(workplace)
      const [cycle] = await store.readRows('collection_cycles', { newestFirst: true, limit: 1 })
      expect(cycle).toMatchObject({ status: 'failed', failed_step: 'fetch', error_category: category, bars_new: 0 })
      expect(await store.readRows('error_log')).toMatchObject([{ operation: 'fetch', error_category: category }])
    }
    expect(new Set(server.faults.log.map(({ kind }) => kind))).toEqual(new Set([parseFault(fault).fault.kind]))
  })

  it.each([...PASSING, ...SHOWN_WRONG])('ends with 0 at $fault, and stores what is right', async (expected) => {
    const { fault, least, most } = expected
    await using server = await serve(fault)
    using workplace = filled.copy()
    const { code, stderr, report } = await collect(workplace, server)
    expect({ code, stderr, status: report.status }).toEqual({ code: 0, stderr: '', status: 'success' })
    expect(report.barsNew).toBeGreaterThanOrEqual(least)
    expect(report.barsNew).toBeLessThanOrEqual(most)
    await using store = await openIn(workplace)
    const bars = await barsIn(store)
    expect(bars.length).toBe((filled.tables['ohlc_data']?.length ?? 0) + report.barsNew)
    expect(bars.filter((bar) => !isOfMarket(bar))).toEqual([])
    expect(server.faults.log.length).toBeGreaterThan(0)
  })

  it.each([
    ['once', '429:times=1'],
    ['twice', '503:times=2'],
    ['once, for as long as it is told to wait', '429:times=1,retry-after=1'],
  ])('asks again when it is refused %s', async (_, fault) => {
    await using server = await serve(fault)
    using workplace = filled.copy()
    const { code, report } = await collect(workplace, server)
    expect([code, report.barsNew]).toEqual([0, 5])
    expect(server.requests.length).toBe(server.faults.log.length + 1)
  })

  it('asks once only when it is told to come back too late, or that asking is useless', async () => {
    for (const fault of ['429:retry-after=30', '404', '422', '400:reason=invalid']) {
      await using server = await serve(fault)
      using workplace = filled.copy()
      await collect(workplace, server)
      expect(server.requests.length).toBe(1)
    }
  })

  it('takes no quote on the minute for a bar while the market is closed', async () => {
    await using server = await serve('quote-on-minute', parseInstant('2024-06-08T12:00:00Z'))
    using workplace = filled.copy()
    const { code, report } = await collect(workplace, server)
    expect(code).toBe(0)
    await using store = await openIn(workplace)
    const bars = await barsIn(store)
    expect(report.barsNew).toBeGreaterThan(3000)
    expect(bars.at(-1)?.time).toBe(parseInstant('2024-06-07T20:59:00Z'))
    expect(bars.filter((bar) => !isOfMarket(bar))).toEqual([])
  })
})
