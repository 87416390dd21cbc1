import { createManualClock, instrumentOf, parseInstant } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { type BarRequest, type BarSource, createYahooSource, type YahooSourceOptions } from '../src/index.ts'
import { chartBody, someBars } from './charts.ts'
import { realTimer } from './clocks.ts'
import { answer, type Stage, stage } from './stage.ts'

const MINUTE = 60_000
const DAY = 1_440 * MINUTE
const NQ = instrumentOf('NQ=F')
/** Monday, in the middle of a session. */
const NOW = parseInstant('2023-11-20T15:00:30Z')
const THIS_MINUTE = NOW - 30_000
/** What the source has got to at NOW. */
const VISIBLE = NOW - NQ.delayMs

function sourceOn({ url }: Stage, options: Partial<YahooSourceOptions> = {}): BarSource {
  return createYahooSource({ clock: createManualClock(NOW), timer: realTimer, baseUrl: url, ...options })
}

function lastMinutes(count: number, more: Partial<BarRequest> = {}): BarRequest {
  return { instrument: NQ, from: THIS_MINUTE - count * MINUTE, to: NOW, ...more }
}

/** Ten closed bars, and the forming one stamped with the last trade. */
function healthyRows(): ReturnType<typeof someBars> {
  const forming = Math.floor(VISIBLE / MINUTE) * MINUTE
  const bars = someBars(forming - 10 * MINUTE, 11)
  return bars.map((bar) => (bar.time === forming ? { ...bar, time: VISIBLE - 2_000 } : bar))
}

const HEALTHY = chartBody({ lastTrade: VISIBLE - 2_000, rows: healthyRows() })

describe('the Yahoo source', () => {
  it('gives closed bars, the forming one apart, and how far the source has got', async () => {
    await using server = await stage({ body: HEALTHY, date: NOW })
    const batch = await sourceOn(server).fetch(lastMinutes(30))
    const rows = healthyRows()
    expect(batch.bars.toArray()).toEqual(rows.slice(0, 10))
    expect(batch.forming).toEqual({ ...rows[10], time: Math.floor(VISIBLE / MINUTE) * MINUTE })
    expect(batch).toMatchObject({
      instrument: NQ,
      interval: '1m',
      from: THIS_MINUTE - 30 * MINUTE,
      to: THIS_MINUTE + MINUTE,
      watermark: VISIBLE - 2_000,
      answeredAt: NOW,
      delayMs: 600_000,
      received: 11,
      requests: 1,
    })
    expect(batch.dropped).toMatchObject({ 'not-closed': 1, 'null-row': 0 })
  })

  it('asks for the window in seconds, at the interval, for the symbol', async () => {
    await using server = await stage({ body: HEALTHY, date: NOW })
    await sourceOn(server).fetch({ instrument: NQ, from: THIS_MINUTE - 119_000, to: THIS_MINUTE - 1 })
    const [request] = server.requests
    expect(request?.path).toBe('/v8/finance/chart/NQ%3DF')
    expect(request?.query.get('interval')).toBe('1m')
    expect(request?.query.get('period1')).toBe(String(THIS_MINUTE / 1_000 - 60))
    expect(request?.query.get('period2')).toBe(String(THIS_MINUTE / 1_000))
  })

  it('takes the answer time from the Date header, and its own clock where there is none', async () => {
    await using server = await stage(
      { body: HEALTHY, date: NOW + 5_000 },
      { body: HEALTHY, date: null },
      { body: HEALTHY, date: null, headers: { date: 'yesterday' } },
      { body: HEALTHY, date: 0 },
    )
    const source = sourceOn(server)
    const answered: number[] = []
    for (let i = 0; i < 4; i++) answered.push((await source.fetch(lastMinutes(30))).answeredAt)
    expect(answered).toEqual([NOW + 5_000, NOW, NOW, NOW])
  })

  it('closes the last minute before a halt without a further trade', async () => {
    const halt = parseInstant('2023-11-20T22:00:00Z')
    const rows = someBars(halt - 3 * MINUTE, 3)
    const body = chartBody({ lastTrade: halt - 2_000, rows })
    await using server = await stage({ body, date: halt + 10 * MINUTE }, { body, date: halt + 12 * MINUTE })
    const source = sourceOn(server, { clock: createManualClock(halt + 10 * MINUTE) })
    const request = { instrument: NQ, from: halt - 5 * MINUTE, to: halt + 12 * MINUTE }
    expect((await source.fetch(request)).bars.length).toBe(2)
    const later = await source.fetch(request)
    expect(later.bars.length).toBe(3)
    expect(later.watermark).toBe(halt + MINUTE)
  })

  it('keeps the last bar where the quote of the last trade is appended in its very minute', async () => {
    const halt = parseInstant('2023-11-20T22:00:00Z')
    const rows = someBars(halt - 3 * MINUTE, 3)
    const quote = { time: halt - MINUTE, open: 15_901, high: 15_901, low: 15_901, close: 15_901, volume: 0 }
    const body = chartBody({ lastTrade: halt - 2_000, rows: [...rows, quote] })
    await using server = await stage({ body, date: halt + 30 * MINUTE })
    const source = sourceOn(server, { clock: createManualClock(halt + 30 * MINUTE) })
    const batch = await source.fetch({ instrument: NQ, from: halt - 5 * MINUTE, to: halt + 30 * MINUTE })
    expect(batch.bars.toArray()).toEqual(rows)
    expect(batch.dropped['not-closed']).toBe(1)
  })

  it('raises the delay while answers show a longer one, and closes nothing early', async () => {
    const late = VISIBLE - 5 * MINUTE
    const rows = someBars(Math.floor(late / MINUTE) * MINUTE, 1)
    await using server = await stage(
      { body: chartBody({ lastTrade: late, rows }), date: NOW },
      { body: HEALTHY, date: NOW },
    )
    const source = sourceOn(server)
    const batch = await source.fetch(lastMinutes(30))
    expect(batch).toMatchObject({ delayMs: 15 * MINUTE, watermark: late })
    expect(batch.bars.length).toBe(0)
    expect((await source.fetch(lastMinutes(30))).delayMs).toBe(10 * MINUTE)
  })

  it('gives an empty batch for a window in which nothing was traded', async () => {
    await using server = await stage({ body: chartBody({ lastTrade: VISIBLE, rows: [] }), date: NOW })
    const batch = await sourceOn(server).fetch(lastMinutes(30))
    expect(batch.bars.length).toBe(0)
    expect(batch.watermark).toBe(VISIBLE)
    expect(batch.received).toBe(0)
  })

  it('takes an empty list of timestamps as no rows', async () => {
    const body = chartBody({ lastTrade: VISIBLE, rows: [], more: { timestamp: [] } })
    await using server = await stage({ body, date: NOW })
    expect((await sourceOn(server).fetch(lastMinutes(30))).received).toBe(0)
  })

  it('takes 60m as another name of 1h', async () => {
    const rows = someBars(THIS_MINUTE - 3 * 60 * MINUTE, 2, 60 * MINUTE)
    await using server = await stage({ body: chartBody({ interval: '60m', lastTrade: VISIBLE, rows }), date: NOW })
    const request = { ...lastMinutes(200), interval: '1h' as const }
    expect((await sourceOn(server).fetch(request)).bars.toArray()).toEqual(rows)
  })

  it('drops rows whose prices are words', async () => {
    const body = chartBody({ lastTrade: VISIBLE, rows: healthyRows() }).replace(/"open":\[[^,]+/, '"open":["x"')
    await using server = await stage({ body, date: NOW })
    const batch = await sourceOn(server).fetch(lastMinutes(30))
    expect(batch.dropped).toMatchObject({ 'bad-price': 1, 'null-row': 0 })
  })

  it('does without what bars are not made of', async () => {
    const meta = { currency: undefined, priceHint: undefined, validRanges: 7, firstTradeDate: null, timezone: {} }
    const body = chartBody({ lastTrade: undefined, rows: healthyRows(), meta, more: { events: { surprise: 1 } } })
    await using server = await stage({ body, date: NOW })
    const batch = await sourceOn(server).fetch(lastMinutes(30))
    expect(batch.watermark).toBe(VISIBLE - MINUTE)
    expect(batch.bars.length).toBe(9)
  })

  it('counts what it drops', async () => {
    const [first, second, third] = someBars(THIS_MINUTE - 20 * MINUTE, 3)
    const rows = [
      { ...second, open: null },
      { ...third, high: 1 },
      { ...first, volume: 1 },
      { ...first, time: NOW - DAY },
      first ?? {},
    ]
    await using server = await stage({ body: chartBody({ lastTrade: VISIBLE, rows }), date: NOW })
    const batch = await sourceOn(server).fetch(lastMinutes(30))
    expect(batch.bars.toArray()).toEqual([first])
    expect(batch.received).toBe(5)
    expect(batch.dropped).toMatchObject({ 'null-row': 1, 'bad-range': 1, duplicate: 1, 'outside-window': 1 })
  })

  it('counts the time that it waits, on its timer', async () => {
    const timer = createManualClock(0)
    await using server = await stage((_, response) => {
      timer.advance(1_234)
      answer(response, { body: HEALTHY, date: NOW })
    })
    expect((await sourceOn(server, { timer }).fetch(lastMinutes(30))).waitingMs).toBe(1_234)
    expect(timer.sleepers).toBe(0)
  })

  it('asks for a long window in parts of seven days and joins them', async () => {
    const bars = someBars(THIS_MINUTE - 20 * DAY, 20 * 24, 60 * MINUTE)
    await using server = await stage(({ query }, response) => {
      const [from, to] = ['period1', 'period2'].map((name) => Number(query.get(name)) * 1_000) as [number, number]
      const rows = bars.filter(({ time }) => time >= from && time < to)
      answer(response, { body: chartBody({ lastTrade: VISIBLE, rows: [...rows, { time: VISIBLE }] }), date: NOW })
    })
    const batch = await sourceOn(server).fetch(lastMinutes(20 * 1_440))
    expect(batch.requests).toBe(3)
    const windows = server.requests.map(({ query }) => [Number(query.get('period1')), Number(query.get('period2'))])
    expect(windows[0]?.[0]).toBe((THIS_MINUTE - 20 * DAY) / 1_000)
    expect(windows[2]?.[1]).toBe(THIS_MINUTE / 1_000 + 60)
    expect(windows.map(([, to]) => to).slice(0, 2)).toEqual(windows.map(([from]) => from).slice(1))
    for (const [from = 0, to = 0] of windows) expect(to - from).toBeLessThanOrEqual((7 * DAY) / 1_000)
    expect(batch.bars.toArray()).toEqual(bars.filter(({ time }) => time < VISIBLE - MINUTE))
    expect(batch.received).toBe(bars.length + 3)
    expect(batch.dropped['null-row']).toBe(3)
  })

  it('shows the forming bar of the last part, whatever the parts before show', async () => {
    const old = someBars(THIS_MINUTE - 8 * DAY, 1)
    const stale = { body: chartBody({ lastTrade: old[0]?.time, rows: old }), date: THIS_MINUTE - 8 * DAY }
    await using server = await stage(stale, { body: HEALTHY, date: NOW })
    const batch = await sourceOn(server).fetch(lastMinutes(8 * 1_440))
    expect(batch.forming?.time).toBe(Math.floor(VISIBLE / MINUTE) * MINUTE)
    expect(batch.watermark).toBe(VISIBLE - 2_000)
    expect(batch.dropped['not-closed']).toBe(2)
  })

  it('takes a part without data as empty', async () => {
    const none = { status: 400, body: JSON.stringify({ chart: { result: null, error: NO_DATA } }), date: NOW }
    await using server = await stage(none, { body: HEALTHY, date: NOW })
    const batch = await sourceOn(server).fetch(lastMinutes(8 * 1_440))
    expect(batch.requests).toBe(2)
    expect(batch.bars.length).toBe(10)
  })

  it('gives an empty batch where Yahoo says that there is no data', async () => {
    await using server = await stage({
      status: 400,
      body: JSON.stringify({ chart: { result: null, error: NO_DATA } }),
      date: NOW,
    })
    const batch = await sourceOn(server).fetch(lastMinutes(30))
    expect(batch.bars.length).toBe(0)
    expect(batch.watermark).toBe(NOW - 11 * MINUTE)
  })

  it.each([
    ['1m', 30],
    ['5m', 60],
    ['30m', 60],
    ['1h', 730],
  ] as const)('leaves out what Yahoo no longer has: %s bars older than %d days', async (interval, days) => {
    await using server = await stage(({ query }, response) => {
      const time = Number(query.get('period1')) * 1_000
      answer(response, { body: chartBody({ interval, lastTrade: VISIBLE, rows: someBars(time, 1) }), date: NOW })
    })
    const source = sourceOn(server)
    const batch = await source.fetch({ instrument: NQ, interval, from: NOW - 3 * 365 * DAY, to: NOW })
    expect(batch.from).toBeGreaterThan(NOW - days * DAY)
    expect(batch.from).toBeLessThanOrEqual(NOW - days * DAY + 65 * MINUTE)
    expect(Number(server.requests[0]?.query.get('period1')) * 1_000).toBe(batch.from)
    expect(batch.bars.time[0]).toBe(batch.from)
  })

  it('takes no cookies, not even ones that do not fit', async () => {
    const headers = { 'set-cookie': 'A=1; Domain=example.com' }
    await using server = await stage({ body: HEALTHY, date: NOW, headers })
    const source = sourceOn(server)
    await source.fetch(lastMinutes(30))
    await source.fetch(lastMinutes(30))
    expect(server.requests.map(({ cookie }) => cookie)).toEqual(['', ''])
  })

  it('loads one client for calls at the same time, and keeps their answers apart', async () => {
    await using server = await stage(({ path }, response) => {
      const symbol = decodeURIComponent(path.split('/').at(-1) ?? '')
      answer(response, { body: chartBody({ symbol, lastTrade: VISIBLE, rows: healthyRows() }), date: NOW })
    })
    const source = sourceOn(server)
    const symbols = ['NQ=F', 'ES=F', 'YM=F', '^GSPC', 'BRK-B']
    const batches = await Promise.all(
      symbols.map((symbol) => source.fetch({ ...lastMinutes(30), instrument: instrumentOf(symbol) })),
    )
    expect(batches.map(({ instrument }) => instrument.symbol)).toEqual(symbols)
    expect(batches.map(({ requests }) => requests)).toEqual([1, 1, 1, 1, 1])
  })
})

const NO_DATA = { code: 'Bad Request', description: "Data doesn't exist for startDate = 1, endDate = 2" }
