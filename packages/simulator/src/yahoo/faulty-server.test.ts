import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'

import { createManualClock, createScaledClock, type ManualClock, parseInstant } from '@openpredict/market'
import { afterEach, describe, expect, it } from 'vitest'

import type { FaultPlan, RequestFault } from '../faults/fault.ts'
import type { FaultLog } from '../faults/fault-log.ts'
import { createMarket } from '../market.ts'
import type { RequestLog } from './request-log.ts'
import { startYahooServer, type YahooServer } from './yahoo-server.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const market = createMarket()
const now = parseInstant('2024-03-06T15:00:30Z')
const NOW = now / 1000
const CHART = `/v8/finance/chart/NQ=F?interval=1m&period1=${NOW - 3600}`

let server: YahooServer | undefined
let clock: ManualClock
let heard: (FaultLog | RequestLog)[] = []
afterEach(async () => server?.close())
async function start(faults: FaultPlan = { rules: [] }): Promise<YahooServer> {
  clock = createManualClock(now)
  heard = []
  const note = (entry: FaultLog | RequestLog): void => void heard.push(entry)
  server = await startYahooServer({ markets: [market], clock, faults, onFault: note, onRequest: note })
  return server
}

interface Quote {
  readonly close: readonly (number | null)[]
  readonly volume: readonly (number | null)[]
}
interface Result {
  readonly meta: Readonly<Record<string, unknown>>
  readonly timestamp: readonly number[]
  readonly indicators: { readonly quote: readonly [Quote] }
}
async function chart(url: string): Promise<Result> {
  const answer = await fetch(url)
  expect(answer.status).toBe(200)
  return ((await answer.json()) as { chart: { result: [Result] } }).chart.result[0]
}

/** Starts a server, lets the next request have a fault, and asks. */
async function met(fault: RequestFault): Promise<Response> {
  const { url, faults } = await start()
  faults.next(fault)
  return await fetch(url + CHART)
}

describe('an answer in place of the chart', () => {
  it.each<[RequestFault, number, string]>([
    [{ kind: '429' }, 429, 'Too Many Requests'],
    [{ kind: '500' }, 500, '"Internal Server Error"'],
    [{ kind: '502' }, 502, '<!doctype html>'],
    [{ kind: '503' }, 503, '<!doctype html>'],
    [{ kind: '504' }, 504, '<!doctype html>'],
    [{ kind: 'html' }, 200, '<!doctype html>'],
    [{ kind: '400' }, 400, `Data doesn't exist for startDate = ${NOW - 3600}`],
    [{ kind: '400', reason: 'plain-text' }, 400, "400 Bad Request: Data doesn't exist"],
    [{ kind: '404' }, 404, 'No data found, symbol may be delisted'],
    [{ kind: '422' }, 422, 'Only 8 days worth of 1m granularity data'],
    [{ kind: '422', reason: 'age' }, 422, 'must be within the last 30 days'],
    [{ kind: 'null-result' }, 200, '{"chart":{"result":null,"error":null}}'],
  ])('of %j comes once, dated, and is logged', async (fault, status, words) => {
    const answer = await met(fault)
    expect(answer.status).toBe(status)
    expect(await answer.text()).toContain(words)
    expect(answer.headers.get('date')).toBe('Wed, 06 Mar 2024 15:00:30 GMT')
    expect((await chart((server?.url ?? '') + CHART)).timestamp.length).toBe(50)
    const entry = { time: now, symbol: 'NQ=F', request: 1, kind: fault.kind, fault }
    expect(server?.faults.log).toEqual([entry])
    expect(server?.requests[0]).toMatchObject({ symbol: 'NQ=F', status, bars: 0, fault: fault.kind })
    expect(Object.keys(server?.requests[1] ?? {})).not.toContain('fault')
    expect(heard).toEqual([entry, ...(server?.requests ?? [])])
  })

  it('says when to come back, and does not when it is not to', async () => {
    expect((await met({ kind: '429' })).headers.get('retry-after')).toBeNull()
    expect((await met({ kind: '429', retryAfterSeconds: 30 })).headers.get('retry-after')).toBe('30')
    const { headers } = await met({ kind: '429', retryAfterSeconds: 60, retryAfterAs: 'date' })
    expect(headers.get('retry-after')).toBe('Wed, 06 Mar 2024 15:01:30 GMT')
  })
})

describe('an answer with a fault', () => {
  it('is JSON that ends early, though the message is whole', async () => {
    const text = await (await met({ kind: 'truncated' })).text()
    expect(text.length).toBeGreaterThan(1000)
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError)
  })

  it('is reset within its headers', async () => {
    await expect(met({ kind: 'reset' })).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } })
    expect(server?.requests[0]).toMatchObject({ status: 0, bars: 0, fault: 'reset' })
  })

  it('is reset half-way through its body', async () => {
    const answer = await met({ kind: 'reset', at: 'body' })
    expect(answer.status).toBe(200)
    await expect(answer.text()).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } })
    expect(server?.requests[0]).toMatchObject({ status: 200, fault: 'reset' })
  })

  it('never comes, until the client gives up', async () => {
    const { url, port, faults } = await start()
    faults.next({ kind: 'hang' })
    const gone = new AbortController()
    const asked = fetch(url + CHART, { signal: gone.signal })
    // The next request is answered meanwhile.
    while (heard.length === 0) await fetch(`${url}/nothing`)
    expect(server?.requests[0]).toMatchObject({ status: 0, fault: 'hang' })
    gone.abort(new Error('enough'))
    await expect(asked).rejects.toThrow('enough')
    // And it does not keep the server from closing.
    faults.next({ kind: 'hang' })
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write(`GET ${CHART} HTTP/1.1\r\nhost: x\r\n\r\n`)
    while (faults.log.length < 2) await fetch(`${url}/nothing`)
    const closed = new Promise((resolve) => socket.once('close', resolve))
    await server?.close()
    await closed
  })

  it('dribbles in over the time that it is told', async () => {
    const { url, faults } = await start()
    faults.next({ kind: 'slow', seconds: 20 })
    const [message] = (await once(get(url + CHART), 'response')) as [IncomingMessage]
    expect(Number(message.headers['content-length'])).toBeGreaterThan(1000)
    const chunks: number[] = []
    message.on('data', (chunk: Buffer) => chunks.push(chunk.length))
    const ended = once(message, 'end')
    for (let second = 0; second < 20; second++) {
      expect(message.complete).toBe(false)
      while (clock.sleepers === 0) await new Promise((resolve) => setImmediate(resolve))
      clock.advance(1000)
    }
    await ended
    expect(chunks.reduce((sum, length) => sum + length, 0)).toBe(Number(message.headers['content-length']))
  })

  it('dribbles in real time, where that is another, and stops when the client is gone', async () => {
    const timer = createManualClock(0)
    server = await startYahooServer({
      markets: [market],
      clock: createScaledClock(timer, { start: now, speed: 60 }),
      timer,
    })
    server.faults.next({ kind: 'slow', seconds: 20 })
    const [message] = (await once(get(server.url + CHART), 'response')) as [IncomingMessage]
    while (timer.sleepers === 0) await new Promise((resolve) => setImmediate(resolve))
    timer.advance(999)
    expect(timer.sleepers).toBe(1)
    message.on('error', () => undefined)
    message.destroy()
    while (timer.sleepers > 0) await new Promise((resolve) => setImmediate(resolve))
  })

  it('lacks rows that the next answer has', async () => {
    const { url, faults } = await start()
    faults.next({ kind: 'null-rows', share: 0.3 })
    const [gaps, whole] = [await chart(url + CHART), await chart(url + CHART)]
    expect(gaps.timestamp).toEqual(whole.timestamp)
    const empty = gaps.indicators.quote[0].close.filter((close) => close === null).length
    expect(empty).toBeGreaterThan(3)
    expect(empty).toBeLessThan(30)
    const filled = (field: 'close' | 'volume') =>
      gaps.indicators.quote[0][field].map((value, i) => value ?? whole.indicators.quote[0][field][i])
    expect([filled('close'), filled('volume')]).toEqual([
      whole.indicators.quote[0].close,
      whole.indicators.quote[0].volume,
    ])
    expect(gaps.indicators.quote[0].volume.filter((volume) => volume === null).length).toBe(empty)
  })

  it('has rows twice, or in disorder', async () => {
    const { url, faults } = await start()
    faults.next({ kind: 'duplicates', share: 0.5 })
    faults.next({ kind: 'out-of-order' })
    const [twice, disorder, whole] = [await chart(url + CHART), await chart(url + CHART), await chart(url + CHART)]
    expect(twice.timestamp.length).toBeGreaterThan(whole.timestamp.length)
    const last = new Map(twice.timestamp.map((time, i) => [time, twice.indicators.quote[0].close[i]]))
    expect([...last.values()]).toEqual(whole.indicators.quote[0].close)
    expect(disorder.timestamp).not.toEqual(whole.timestamp)
    expect(disorder.timestamp.toSorted((a, b) => a - b)).toEqual(whole.timestamp)
  })

  it('ends with a quote on the minute', async () => {
    const { url, faults } = await start()
    faults.next({ kind: 'quote-on-minute' })
    const { meta, timestamp, indicators } = await chart(url + CHART)
    expect(timestamp.at(-1)).toBe(NOW - 30 - 600)
    const [{ close, volume }] = indicators.quote
    expect([close.at(-1), volume.at(-1)]).toEqual([meta['regularMarketPrice'], 0])
  })

  it('has the other shape of trading periods, another symbol, or no exchange', async () => {
    const { url, faults } = await start()
    faults.next({ kind: 'trading-periods' })
    expect(Object.keys((await chart(url + CHART)).meta['tradingPeriods'] as object)).toEqual(['pre', 'regular', 'post'])
    faults.next({ kind: 'trading-periods' })
    expect((await chart(`${url}${CHART}&includePrePost=true`)).meta['tradingPeriods']).toBeInstanceOf(Array)
    faults.next({ kind: 'wrong-symbol', as: 'YM=F' })
    expect((await chart(url + CHART)).meta['symbol']).toBe('YM=F')
    faults.next({ kind: 'missing-meta' })
    expect(Object.keys((await chart(url + CHART)).meta)).not.toContain('exchangeName')
  })

  it('waits for an answer that can have it', async () => {
    const { url, faults } = await start()
    faults.next({ kind: 'null-rows' })
    expect((await fetch(`${url}/v8/finance/chart/XX=F`)).status).toBe(404)
    expect(faults.log).toEqual([])
    await chart(url + CHART)
    await chart(url + CHART)
    expect(faults.log.map(({ symbol, kind }) => [symbol, kind])).toEqual([['NQ=F', 'null-rows']])
  })

  it('is never one for those who follow the clock or ask for other pages', async () => {
    const { url, faults } = await start({ rules: [{ fault: { kind: '500' } }] })
    expect((await fetch(`${url}/simulator/clock`)).status).toBe(200)
    expect((await fetch(`${url}/nothing`)).status).toBe(404)
    expect((await fetch(url + CHART)).status).toBe(500)
    expect(faults.log.length).toBe(1)
  })
})

describe('a market with faults', () => {
  const minuteAt = (instant: string): number => parseInstant(instant)
  const from = minuteAt('2024-03-06T14:30:00Z')

  it('shows late and revised bars as they are in the end, and the truth is told ahead', async () => {
    const { url, faults } = await start({
      seed: 2,
      rules: [
        { fault: { kind: 'late-bars', minutes: 3 }, rate: 0.2, from },
        { fault: { kind: 'revised-bars', minutes: 6 }, rate: 0.3, from },
        { fault: { kind: 'bad-ticks', minutes: 2, percent: 50 }, rate: 0.1, from },
      ],
    })
    const to = minuteAt('2024-03-06T15:30:00Z')
    const seen = new Map<number, Set<number | null>>()
    for (let minute = 0; minute < 60; minute++, clock.advance(MINUTE)) {
      const { timestamp, indicators } = await chart(`${url}/v8/finance/chart/NQ=F?interval=1m&period1=${from / 1000}`)
      for (const [i, second] of timestamp.slice(0, -1).entries()) {
        const values = seen.get(second * 1000) ?? new Set()
        seen.set(
          second * 1000,
          values.add(indicators.quote[0].volume[i] ?? null).add(indicators.quote[0].close[i] ?? null),
        )
      }
    }
    clock.advance(20 * MINUTE)
    const { timestamp, indicators } = await chart(
      `${url}/v8/finance/chart/NQ=F?interval=1m&period1=${from / 1000}&period2=${to / 1000}`,
    )
    expect(timestamp.map((second) => second * 1000)).toEqual([...market.bars(from, to).time])
    expect(indicators.quote[0].volume).toEqual([...faults.truth('NQ=F', from, to).volume])
    // Everything that was shown wrong is in the log, as it was foretold.
    const shown = faults.log.flatMap((entry) => ('bar' in entry ? [entry.bar] : []))
    const foretold = faults.alterations('NQ=F', from, (timestamp.at(-1) ?? 0) * 1000)
    expect(foretold).toEqual(expect.arrayContaining(shown.filter(({ time }) => time < to - MINUTE)))
    expect(shown.length).toBeGreaterThan(20)
    const revised = foretold.filter(
      ({ kind, time, until }) =>
        kind === 'revised-bars' &&
        until > now - 9 * MINUTE &&
        time < to - 20 * MINUTE &&
        foretold.filter((other) => other.time === time).length === 1,
    )
    expect(revised.length).toBeGreaterThan(5)
    for (const { time, shown: early, truth } of revised) {
      expect([...(seen.get(time) ?? [])]).toEqual(expect.arrayContaining([early?.volume, truth?.volume]))
    }
  })

  it('falls behind, and catches up', async () => {
    const to = now + 30 * MINUTE
    const rule = { fault: { kind: 'growing-delay', secondsPerMinute: 30, mostMinutes: 5 }, from: now, to } as const
    const { url, faults } = await start({ rules: [rule] })
    const lag = async (): Promise<number> => {
      const { meta } = await chart(url + CHART)
      return Math.floor((clock.now() / 1000 - Number(meta['regularMarketTime']) - 600) / 60)
    }
    const lags: number[] = []
    for (let step = 0; step < 5; step++, clock.advance(8 * MINUTE)) lags.push(await lag())
    expect(lags).toEqual([0, 4, 5, 5, 0])
    expect(faults.log).toMatchObject([{ kind: 'growing-delay', request: 2, extraMs: 4 * MINUTE }])
  })
})

describe('a body', () => {
  const ask = async (headers: Record<string, string>): Promise<{ message: IncomingMessage; body: Buffer }> => {
    const { url } = await start()
    const [message] = (await once(get(url + CHART, { headers }), 'response')) as [IncomingMessage]
    return { message, body: await buffer(message) }
  }

  it('is gzip for a client that accepts it, and plain for others', async () => {
    const zipped = await ask({ 'accept-encoding': 'gzip, deflate' })
    const plain = await ask({})
    expect(zipped.message.headers['content-encoding']).toBe('gzip')
    expect(plain.message.headers['content-encoding']).toBeUndefined()
    expect(gunzipSync(zipped.body)).toEqual(plain.body)
    expect(zipped.body.length).toBeLessThan(plain.body.length / 2)
    for (const { message, body } of [zipped, plain]) expect(Number(message.headers['content-length'])).toBe(body.length)
  })

  it('is plain when it is short', async () => {
    const { url } = await start()
    const answer = await fetch(`${url}/nothing`)
    expect(answer.headers.get('content-encoding')).toBeNull()
  })
})

describe('a chart of twenty years of days', () => {
  it('lets others be answered while it is made, and is remembered', async () => {
    const { url } = await start()
    const long = `${url}/v8/finance/chart/NQ=F?interval=1d&period1=${NOW - 20 * 365 * 86_400}`
    let done = false
    const first = chart(long).then((result) => {
      done = true
      return result
    })
    const began = performance.now()
    let answered = 0
    for (; !done; answered++) await (await fetch(`${url}/simulator/clock`)).text()
    const took = performance.now() - began
    const { timestamp } = await first
    expect(timestamp.length).toBeGreaterThan(5000)
    expect(answered).toBeGreaterThan(20)
    const again = performance.now()
    expect((await chart(long)).timestamp).toEqual(timestamp)
    expect(performance.now() - again).toBeLessThan(took / 2)
  })

  it('is given up when the client goes', async () => {
    let made = 0
    const counting = {
      ...market,
      dayBar() {
        made++
        return undefined
      },
    }
    server = await startYahooServer({ markets: [counting], clock: createManualClock(now) })
    const { url } = server
    const gone = new AbortController()
    const asked = fetch(`${url}/v8/finance/chart/NQ=F?interval=1d&range=max`, { signal: gone.signal })
    while (made === 0) await (await fetch(`${url}/simulator/clock`)).text()
    gone.abort(new Error('enough'))
    await expect(asked).rejects.toThrow('enough')
    for (let turn = 0; turn < 500; turn++) await new Promise((resolve) => setImmediate(resolve))
    expect(made).toBeLessThan(8000)
    expect(server.requests).toEqual([])
  })

  it('shows the faults of its last day', async () => {
    const day = parseInstant('2024-03-05T05:00:00Z')
    const rule = {
      fault: { kind: 'bad-ticks', minutes: Infinity, percent: 90 },
      rate: 0.5,
      from: day,
      to: day + DAY,
    } as const
    const { url } = await start({ rules: [rule] })
    const { timestamp, indicators } = await chart(
      `${url}/v8/finance/chart/NQ=F?interval=1d&period1=${NOW - 5 * 86_400}`,
    )
    const high = (indicators.quote[0] as unknown as { high: number[] }).high[timestamp.indexOf(day / 1000)] ?? 0
    expect(high).toBeGreaterThan(1.5 * (market.bar(day + 15 * 60 * MINUTE)?.high ?? Infinity))
  })
})
