import { createManualClock, parseInstant } from '@openpredict/market'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import YahooFinance from 'yahoo-finance2'

import type { RequestFault } from '../faults/fault.ts'
import { createMarket } from '../market.ts'
import { startYahooServer, type YahooServer } from './yahoo-server.ts'

const MINUTE = 60_000
const now = parseInstant('2024-03-06T15:00:30Z')
const market = createMarket()
const quiet = (): void => undefined

let server: YahooServer
let client: InstanceType<typeof YahooFinance>
beforeAll(async () => {
  server = await startYahooServer({ markets: [market], clock: createManualClock(now) })
})
afterAll(async () => server.close())
beforeEach(() => {
  server.faults.clear()
  // The client queues its requests: one that hangs would hold up those of the next test.
  client = new YahooFinance({
    suppressNotices: ['yahooSurvey'],
    versionCheck: false,
    validation: { logErrors: false },
    logger: { info: quiet, warn: quiet, error: quiet, debug: quiet, dir: quiet },
    fetch: (input, init) => {
      const { pathname, search } = new URL(input instanceof Request ? input.url : input)
      return fetch(server.url + pathname + search, init)
    },
  })
})

const from = now - 60 * MINUTE
const ask = (signal?: AbortSignal) =>
  client.chart(
    'NQ=F',
    { interval: '1m', period1: new Date(from), period2: new Date(now) },
    signal === undefined ? {} : { fetchOptions: { signal } },
  )

describe('the client yahoo-finance2', () => {
  it.each<[RequestFault, object]>([
    [
      { kind: '429', retryAfterSeconds: 5 },
      { name: 'HTTPError', code: 429 },
    ],
    [{ kind: '500' }, { message: expect.stringContaining('Something went wrong') }],
    [{ kind: '502' }, { name: 'HTTPError', code: 502 }],
    [{ kind: '503' }, { name: 'HTTPError', code: 503 }],
    [{ kind: '504' }, { name: 'HTTPError', code: 504 }],
    [{ kind: '400' }, { message: expect.stringContaining("Data doesn't exist for startDate") }],
    [{ kind: '404' }, { message: expect.stringContaining('No data found, symbol may be delisted') }],
    [{ kind: '422' }, { message: expect.stringContaining('Only 8 days worth') }],
    [{ kind: 'html' }, { message: expect.stringMatching(/JSON/i) }],
    [{ kind: 'truncated' }, { message: expect.stringMatching(/JSON/i) }],
    [{ kind: 'null-result' }, { name: 'TypeError' }],
    [{ kind: 'missing-meta' }, { name: 'FailedYahooValidationError' }],
    [{ kind: 'reset' }, { cause: { code: 'ECONNRESET' } }],
    [{ kind: 'reset', at: 'body' }, { message: expect.any(String) }],
  ])('throws at %j, and is well again at the next answer', async (fault, error) => {
    server.faults.next(fault)
    await expect(ask()).rejects.toMatchObject(error)
    expect((await ask()).quotes.length).toBe(50)
  })

  it.each<RequestFault>([{ kind: 'hang' }, { kind: 'slow', seconds: 600 }])(
    'waits for %j until it is told not to',
    async (fault) => {
      server.faults.next(fault)
      const gone = new AbortController()
      const asked = ask(gone.signal)
      const met = server.faults.log.length
      while (server.faults.log.length === met) await new Promise((resolve) => setImmediate(resolve))
      gone.abort(new Error('enough'))
      await expect(asked).rejects.toThrow('enough')
    },
  )

  it('passes rows through as they come: nulls, doubles and disorder', async () => {
    const { quotes: whole } = await ask()
    server.faults.next({ kind: 'null-rows', share: 0.5 })
    const { quotes: gaps } = await ask()
    expect(gaps.filter(({ close }) => close === null).length).toBeGreaterThan(10)
    server.faults.next({ kind: 'duplicates', share: 1 })
    expect((await ask()).quotes.length).toBe(2 * whole.length - 1)
    server.faults.next({ kind: 'out-of-order' })
    const { quotes: disorder } = await ask()
    expect(disorder).not.toEqual(whole)
    expect(disorder.toSorted((a, b) => a.date.getTime() - b.date.getTime())).toEqual(whole)
  })

  it('takes either shape of trading periods, a quote on the minute, and any symbol', async () => {
    expect((await ask()).meta.tradingPeriods).toHaveProperty('regular')
    server.faults.next({ kind: 'trading-periods' })
    const { meta, quotes } = await ask()
    expect([Array.isArray(meta.tradingPeriods), quotes.length]).toEqual([true, 50])
    server.faults.next({ kind: 'quote-on-minute' })
    const last = (await ask()).quotes.at(-1)
    expect((last?.date.getTime() ?? 1) % MINUTE).toBe(0)
    expect([last?.volume, last?.high]).toEqual([0, last?.low])
    server.faults.next({ kind: 'wrong-symbol' })
    expect((await ask()).meta.symbol).toBe('ES=F')
  })

  it('sees late, revised and bad bars as they are shown', async () => {
    const rules = ['late-bars', 'revised-bars', 'bad-ticks'] as const
    for (const [i, kind] of rules.entries()) {
      const time = from + (20 + i) * MINUTE - 30_000
      server.faults.add({ fault: { kind, minutes: Infinity }, from: time, to: time + MINUTE, rate: 1 })
    }
    const { quotes } = await ask()
    const shown = quotes.slice(0, -1).map(({ date, ...quote }) => ({ ...quote, time: date.getTime() }))
    expect(shown).toEqual(server.faults.truth('NQ=F', from, now - 11 * MINUTE).toArray())
    expect(shown).not.toEqual(market.bars(from, now - 11 * MINUTE).toArray())
    expect(server.faults.alterations('NQ=F', from, now).map(({ kind }) => kind)).toEqual(rules)
  })
})
