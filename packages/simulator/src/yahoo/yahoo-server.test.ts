import { once } from 'node:events'
import { connect } from 'node:net'

import { createManualClock, instrumentOf, parseInstant } from '@openpredict/market'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'

import { SimulatorError } from '../errors.ts'
import { createMarket } from '../market.ts'
import type { RequestLog } from './request-log.ts'
import { startYahooServer, type YahooServer, type YahooServerOptions } from './yahoo-server.ts'

const MINUTE = 60_000
const market = createMarket()
const now = parseInstant('2024-03-06T15:00:30Z')
const NOW = now / 1000
const CHART = '/v8/finance/chart/NQ=F'

let server: YahooServer | undefined
async function start(options: Partial<YahooServerOptions> = {}): Promise<YahooServer> {
  server = await startYahooServer({ markets: [market], clock: createManualClock(now), ...options })
  return server
}
afterEach(async () => server?.close())

interface Body {
  readonly chart: {
    readonly result: readonly [
      {
        readonly meta: { readonly symbol: string; readonly regularMarketTime: number }
        readonly timestamp?: readonly number[]
        readonly indicators: { readonly quote: readonly [Readonly<Record<string, readonly number[]>>] }
      },
    ]
    readonly error: unknown
  }
}
async function chart(url: string): Promise<Body['chart']['result'][0]> {
  const answer = await fetch(url)
  return ((await answer.json()) as Body).chart.result[0]
}

describe('startYahooServer', () => {
  it('listens on 127.0.0.1 only', async () => {
    const { url, port } = await start()
    expect(port).toBeGreaterThan(0)
    expect(url).toBe(`http://127.0.0.1:${port}`)
    const other = connect(port, '127.0.0.2')
    const [error] = (await once(other, 'error')) as [NodeJS.ErrnoException]
    expect(error.code).toBe('ECONNREFUSED')
  })

  it('says which port is taken', async () => {
    const { port } = await start()
    const second = startYahooServer({ markets: [], clock: createManualClock(now), port })
    await expect(second).rejects.toMatchObject({
      name: 'SimulatorError',
      message: expect.stringContaining(`cannot listen on 127.0.0.1:${port}`) as string,
      failure: { kind: 'listen', port },
      cause: { code: 'EADDRINUSE' },
    })
  })

  it.each([-1, Number.NaN])('refuses the delay %d', async (delayMs) => {
    await expect(start({ delayMs })).rejects.toThrow(SimulatorError)
  })
})

describe('an answer', () => {
  it('is dated by the clock that is passed in', async () => {
    const clock = createManualClock(now)
    const { url } = await start({ clock })
    expect((await fetch(url + CHART)).headers.get('date')).toBe('Wed, 06 Mar 2024 15:00:30 GMT')
    clock.advance(MINUTE)
    expect((await fetch(url + CHART)).headers.get('date')).toBe('Wed, 06 Mar 2024 15:01:30 GMT')
    expect((await fetch(`${url}/nothing`)).headers.get('date')).toBe('Wed, 06 Mar 2024 15:01:30 GMT')
  })

  it('is JSON that caches may keep for ten seconds, and errors are not kept', async () => {
    const { url } = await start()
    const good = await fetch(url + CHART)
    expect(good.status).toBe(200)
    expect(good.headers.get('content-type')).toBe('application/json;charset=utf-8')
    expect(good.headers.get('cache-control')).toMatch(/^public, max-age=10/)
    const bad = await fetch(`${url}${CHART}?interval=7m`)
    expect(bad.headers.get('cache-control')).toBe('max-age=0, private')
  })

  it('shows nothing that was traded less than ten minutes ago', async () => {
    const clock = createManualClock(now)
    const { url } = await start({ clock })
    for (let minute = 0; minute < 3; minute++, clock.advance(MINUTE)) {
      const { meta, timestamp } = await chart(`${url}${CHART}?interval=1m&period1=${NOW - 3600}`)
      const last = market.lastTradeTime(clock.now() - 10 * MINUTE) / 1000
      expect([meta.regularMarketTime, timestamp?.at(-1)]).toEqual([last, last])
    }
  })

  it('is as late as the server is told', async () => {
    const { url } = await start({ delayMs: 0 })
    const { timestamp } = await chart(`${url}${CHART}?interval=1m&period1=${NOW - 3600}`)
    expect(timestamp?.at(-1)).toBe(market.lastTradeTime(now) / 1000)
    expect(timestamp?.at(-2)).toBe(NOW - 90)
  })

  it('is that of the symbol, written in any case or escaped', async () => {
    const es = createMarket({ instrument: instrumentOf('ES=F') })
    const { url } = await start({ markets: [market, es] })
    expect((await chart(`${url}/v8/finance/chart/ES=F`)).meta.symbol).toBe('ES=F')
    expect((await chart(`${url}/v8/finance/chart/nq%3Df`)).meta.symbol).toBe('NQ=F')
  })

  it('has the bars of the market as 32-bit floats', async () => {
    const rty = createMarket({ instrument: instrumentOf('RTY=F') })
    const { url } = await start({ markets: [rty] })
    const { timestamp, indicators } = await chart(
      `${url}/v8/finance/chart/RTY=F?interval=1m&period1=${NOW - 3600}&period2=${NOW - 1200}`,
    )
    const bars = rty.bars(now - 60 * MINUTE, now - 20 * MINUTE)
    expect(timestamp).toEqual([...bars.time].map((time) => time / 1000))
    const [quote] = indicators.quote
    for (const field of ['open', 'high', 'low', 'close'] as const) {
      expect(quote[field]).toEqual([...bars[field]].map(Math.fround))
    }
    expect(quote['volume']).toEqual([...bars.volume])
    expect(quote['close']).not.toEqual([...bars.close])
  })

  it.each([
    ['an unknown symbol', '/v8/finance/chart/XX=F', 404, 'No data found, symbol may be delisted'],
    ['an unknown interval', `${CHART}?interval=7m`, 400, 'Invalid input - interval=7m is not supported'],
    [
      'a window backwards',
      `${CHART}?interval=1m&period1=${NOW}&period2=${NOW - 60}`,
      400,
      'start date cannot be after',
    ],
    ['minutes of last year', `${CHART}?interval=1m&period1=${NOW - 4e7}&period2=${NOW - 3.99e7}`, 422, 'last 30 days'],
    ['nine days of minutes', `${CHART}?interval=1m&period1=${NOW - 9 * 86_400}`, 422, 'Only 8 days worth'],
  ])('refuses %s in the words of the protocol', async (_, path, status, words) => {
    const { url } = await start()
    const answer = await fetch(url + path)
    expect(answer.status).toBe(status)
    expect(await answer.json()).toMatchObject({
      chart: { result: null, error: { description: expect.stringContaining(words) as string } },
    })
  })

  it('is 404 for other pages and 405 for other methods', async () => {
    const { url } = await start()
    for (const path of ['/', '/v8/finance/chart/', '/v1/test/getcrumb', '/v8/finance/chart/%E0%A4%A']) {
      expect((await fetch(url + path)).status).toBe(404)
    }
    const posted = await fetch(url + CHART, { method: 'POST', body: 'x' })
    expect(posted.status).toBe(405)
    expect(await posted.json()).toMatchObject({ finance: { result: null } })
  })

  it('has no body when only the head is asked for', async () => {
    const { url } = await start()
    const answer = await fetch(url + CHART, { method: 'HEAD' })
    expect(answer.status).toBe(200)
    expect(Number(answer.headers.get('content-length'))).toBeGreaterThan(1000)
    expect(await answer.text()).toBe('')
  })

  it('is 500 when the clock stands where no market is, and the server lives on', async () => {
    const clock = createManualClock(parseInstant('1980-01-01T00:00:00Z'))
    const { url } = await start({ clock })
    const answer = await fetch(`${url}${CHART}?interval=1m`)
    expect(answer.status).toBe(500)
    clock.advance(now - clock.now())
    expect((await fetch(url + CHART)).status).toBe(200)
  })

  it('comes for any query, in JSON, and never with 500', async () => {
    const { url } = await start()
    const anyTime = fc.oneof(fc.integer(), fc.integer({ min: NOW - 1e6, max: NOW + 1e6 }), fc.string())
    const query = fc.record(
      {
        interval: fc.oneof(fc.constantFrom('1m', '5m', '90m', '1h', '1d', '3mo'), fc.string()),
        period1: anyTime,
        period2: anyTime,
        range: fc.oneof(fc.constantFrom('1d', '5d', '1mo'), fc.string()),
        includePrePost: fc.constantFrom('true', 'false'),
      },
      { requiredKeys: [] },
    )
    await fc.assert(
      fc.asyncProperty(query, async (fields) => {
        // Years of whole days are folded from minutes; one is enough here.
        fc.pre(!(Number(fields.period1) < NOW - 4e7 && /^\d(d|mo)$/.test(fields.interval ?? '1d')))
        const text = new URLSearchParams(
          Object.entries(fields).map(([key, value]): [string, string] => [key, String(value)]),
        ).toString()
        const answer = await fetch(`${url}${CHART}?${text}`)
        expect([200, 400, 422]).toContain(answer.status)
        expect(Object.keys((await answer.json()) as object)).toEqual(['chart'])
      }),
      { numRuns: 200 },
    )
  })
})

describe('the clock', () => {
  it('is told to those who want to follow it, and is not logged', async () => {
    const clock = createManualClock(now)
    const { url, requests } = await start({ clock, speed: 60 })
    clock.advance(MINUTE)
    const answer = await fetch(`${url}/simulator/clock`)
    expect(await answer.json()).toEqual({ now: now + MINUTE, speed: 60 })
    expect(answer.headers.get('date')).toBe('Wed, 06 Mar 2024 15:01:30 GMT')
    expect(requests).toEqual([])
  })
})

describe('the log of requests', () => {
  it('tells what was asked and answered, to the listener and for later', async () => {
    const heard: RequestLog[] = []
    const { url, requests } = await start({ onRequest: (log) => heard.push(log) })
    await fetch(`${url}${CHART}?interval=60m&period1=${NOW - 7200}&period2=${NOW}`)
    await fetch(`${url}${CHART}?interval=1m&period1=${NOW - 4e7}&period2=${NOW}`)
    await fetch(`${url}/v8/finance/chart/XX=F?range=5d`)
    await fetch(`${url}/nothing?crumb=secret`)
    expect(requests).toEqual([
      {
        time: now,
        method: 'GET',
        path: CHART,
        symbol: 'NQ=F',
        interval: '1h',
        period1: now - 120 * MINUTE,
        period2: now,
        status: 200,
        bars: 1,
      },
      {
        time: now,
        method: 'GET',
        path: CHART,
        symbol: 'NQ=F',
        interval: '1m',
        period1: now - 4e10,
        period2: now,
        status: 422,
        bars: 0,
      },
      { time: now, method: 'GET', path: '/v8/finance/chart/XX=F', symbol: 'XX=F', status: 404, bars: 0 },
      { time: now, method: 'GET', path: '/nothing', status: 404, bars: 0 },
    ])
    expect(heard).toEqual(requests)
  })
})

describe('close', () => {
  it('does not wait for connections that are kept alive, or that never asked anything', async () => {
    const running = await start()
    const { url, port } = running
    await fetch(url + CHART)
    const silent = connect(port, '127.0.0.1')
    const half = connect(port, '127.0.0.1')
    await Promise.all([once(silent, 'connect'), once(half, 'connect')])
    half.write('GET / HTTP/1.1\r\nhost: x\r\n')
    const ended = Promise.all([silent, half].map((socket) => new Promise((resolve) => socket.once('close', resolve))))
    for (const socket of [silent, half]) socket.on('error', () => undefined)
    await running.close()
    await ended
    await expect(fetch(url)).rejects.toThrow('fetch failed')
  })

  it('can be called again, and disposes', async () => {
    const running = await start()
    const first = running.close()
    expect(running.close()).toBe(first)
    await running[Symbol.asyncDispose]()
    await first
  })
})
