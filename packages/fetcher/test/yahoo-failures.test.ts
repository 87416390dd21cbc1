import { createManualClock, instrumentOf, type Interval, parseInstant } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import {
  type BarRequest,
  type BarSource,
  createYahooSource,
  FetchError,
  type FetchFailure,
  isRetryable,
  type YahooSourceOptions,
} from '../src/index.ts'
import { chartBody, errorBody, someBars } from './charts.ts'
import { realTimer } from './clocks.ts'
import { type Act, type Answer, hang, hangUp, reset, type Stage, stage, stall } from './stage.ts'

const MINUTE = 60_000
const DAY = 1_440 * MINUTE
const NQ = instrumentOf('NQ=F')
const NOW = parseInstant('2023-11-20T15:00:30Z')
const REQUEST: BarRequest = { instrument: NQ, from: NOW - 30 * MINUTE, to: NOW }
const ROWS = someBars(NOW - 20 * MINUTE - 30_000, 3)
const CHART = { lastTrade: NOW - 10 * MINUTE, rows: ROWS }

function sourceOn(baseUrl: string, options: Partial<YahooSourceOptions> = {}): BarSource {
  return createYahooSource({ clock: createManualClock(NOW), timer: realTimer, baseUrl, ...options })
}

/** The error that a fetch ends with; fails when it ends well. */
async function failureOf(fetching: Promise<unknown>): Promise<FetchError> {
  const error = await fetching.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  )
  if (!(error instanceof FetchError)) throw error
  return error
}

async function failureOn(act: Act, request: BarRequest = REQUEST): Promise<FetchError> {
  await using server = await stage(act)
  return await failureOf(sourceOn(server.url).fetch(request))
}

interface Case {
  readonly name: string
  readonly act: Act
  readonly failure: FetchFailure
  readonly category: FetchError['category']
  readonly retried: boolean
}

const HTML =
  '<!DOCTYPE html>\n<html lang="en-us"><head><title>Yahoo</title></head><body>Will be right back</body></html>'

const html: Answer = { body: HTML, headers: { 'content-type': 'text/html' } }

function rateLimited(headers: Record<string, string>, body = 'Too Many Requests'): Answer {
  return { status: 429, body, headers: { 'content-type': 'text/plain', ...headers }, date: NOW }
}

function malformed(name: string, answer: Answer, detail: string): Case {
  return { name, act: answer, failure: { kind: 'malformed', detail }, category: 'data', retried: true }
}

const NOT_UNDERSTOOD = 'the client could not make sense of it'

const CASES: readonly Case[] = [
  ...(
    [
      ['429', {}, undefined],
      ['429 with seconds to wait', { 'retry-after': '17' }, 17_000],
      ['429 with a date to wait for', { 'retry-after': new Date(NOW + 90_000).toUTCString() }, 90_000],
      ['429 with a date gone by', { 'retry-after': new Date(NOW - 90_000).toUTCString() }, 0],
      ['429 with nonsense to wait for', { 'retry-after': 'soon 5' }, undefined],
    ] as const
  ).map(([name, headers, retryAfterMs]): Case => ({
    name,
    act: rateLimited(headers),
    failure: { kind: 'rate-limited', ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
    category: 'network',
    retried: true,
  })),
  ...[500, 502, 503, 504, 999].map((status): Case => ({
    name: `${status}`,
    act: { ...html, status },
    failure: { kind: 'http', status },
    category: 'network',
    retried: true,
  })),
  ...(
    [
      ['seconds', '120', 120_000],
      ['a date', new Date(NOW + 90_000).toUTCString(), 90_000],
    ] as const
  ).map(([name, header, retryAfterMs]): Case => ({
    name: `503 with ${name} to wait`,
    act: { ...html, status: 503, headers: { ...html.headers, 'retry-after': header }, date: NOW },
    failure: { kind: 'http', status: 503, retryAfterMs },
    category: 'network',
    retried: true,
  })),
  ...[401, 403, 404, 451].map((status): Case => ({
    name: `${status} that is not in Yahoo's words`,
    act: { ...html, status },
    failure: { kind: 'http', status },
    category: 'network',
    retried: false,
  })),
  ...[404, 200].map((status): Case => ({
    name: `an unknown symbol, with status ${status}`,
    act: { status, body: errorBody('Not Found', 'No data found, symbol may be delisted') },
    failure: { kind: 'unknown-symbol', symbol: 'NQ=F' },
    category: 'data',
    retried: false,
  })),
  {
    name: 'a refusal (400)',
    act: { status: 400, body: errorBody('Bad Request', 'Invalid input - interval=7m is not supported.') },
    failure: { kind: 'bad-request', status: 400, detail: 'Invalid input - interval=7m is not supported.' },
    category: 'data',
    retried: false,
  },
  {
    name: 'a refusal (422)',
    act: {
      status: 422,
      body: errorBody('Unprocessable Entity', '1m data not available. Only 7 days worth are allowed'),
    },
    failure: { kind: 'bad-request', status: 422, detail: '1m data not available. Only 7 days worth are allowed' },
    category: 'data',
    retried: false,
  },
  {
    name: 'a refusal in many control characters and words',
    act: { status: 400, body: errorBody('Bad Request', `\u001B[31m\n${'x'.repeat(500)}`) },
    failure: { kind: 'bad-request', status: 400, detail: `[31m ${'x'.repeat(194)}…` },
    category: 'data',
    retried: false,
  },
  {
    name: 'a refusal with status 200',
    act: { body: errorBody('Internal Error', 'something broke') },
    failure: { kind: 'bad-request', status: 200, detail: 'something broke' },
    category: 'data',
    retried: false,
  },
  {
    name: 'a refusal (401)',
    act: { status: 401, body: errorBody('Unauthorized', 'Invalid Crumb') },
    failure: { kind: 'bad-request', status: 401, detail: 'Invalid Crumb' },
    category: 'data',
    retried: false,
  },
  {
    name: 'a refusal (422) in plain text',
    act: { status: 422, body: '422 Unprocessable Entity', headers: { 'content-type': 'text/plain' } },
    failure: { kind: 'bad-request', status: 422, detail: '422 Unprocessable Entity' },
    category: 'data',
    retried: false,
  },
  {
    name: "trouble (500) in Yahoo's words",
    act: { status: 500, body: errorBody('Internal Server Error', 'sorry') },
    failure: { kind: 'http', status: 500 },
    category: 'network',
    retried: true,
  },
  {
    name: 'a refusal without a word',
    act: { status: 400, body: HTML },
    failure: { kind: 'bad-request', status: 400, detail: 'no reason given' },
    category: 'data',
    retried: false,
  },
  {
    name: 'a window older than Yahoo goes',
    act: {
      status: 422,
      body: errorBody('Unprocessable Entity', 'The requested range must be within the last 30 days.'),
    },
    failure: { kind: 'out-of-reach', interval: '1m' },
    category: 'data',
    retried: false,
  },
  {
    name: 'an answer about another symbol',
    act: { body: chartBody({ ...CHART, symbol: 'ES=F' }) },
    failure: { kind: 'wrong-symbol', asked: 'NQ=F', found: 'ES=F', rows: 3 },
    category: 'data',
    retried: true,
  },
  malformed('a web page', html, 'a web page instead of a chart'),
  malformed(
    'a redirect',
    { status: 301, headers: { location: 'https://consent.example/' }, body: HTML },
    'a redirect (301) instead of a chart',
  ),
  malformed('cut JSON', { body: chartBody(CHART).slice(0, 700) }, 'JSON that cannot be read, 700 characters'),
  malformed('nothing', { body: '' }, 'JSON that cannot be read, 0 characters'),
  malformed('plain text', { body: 'Edge: Too Many Requests' }, 'JSON that cannot be read, 23 characters'),
  malformed('result null', { body: '{"chart":{"result":null,"error":null}}' }, NOT_UNDERSTOOD),
  malformed('no result', { body: '{"chart":{"result":[],"error":null}}' }, NOT_UNDERSTOOD),
  malformed('null', { body: 'null' }, NOT_UNDERSTOOD),
  malformed('a number', { body: '7' }, NOT_UNDERSTOOD),
  malformed('another envelope', { body: '{"finance":{"result":[],"error":null}}' }, NOT_UNDERSTOOD),
  malformed('an error without words', { body: '{"chart":null}' }, NOT_UNDERSTOOD),
  malformed('no symbol', { body: chartBody({ ...CHART, meta: { symbol: undefined } }) }, 'meta.symbol is missing'),
  malformed('no meta', { body: '{"chart":{"result":[{"indicators":{"quote":[{}]}}]}}' }, 'meta.symbol is missing'),
  malformed(
    'rows of another interval',
    { body: chartBody({ ...CHART, interval: '1d' }) },
    'it holds 1d rows, expected 1m',
  ),
  malformed(
    'a column that is too short',
    { body: chartBody(CHART).replace('"low":[15898.25,', '"low":[') },
    'low has 2 values for 3 timestamps',
  ),
  malformed('no close', { body: chartBody(CHART).replace('"close":', '"clothes":') }, 'the list of close is missing'),
  malformed('no quote', { body: chartBody({ ...CHART, more: { indicators: {} } }) }, 'the list of open is missing'),
  malformed(
    'timestamps that are no list',
    { body: chartBody({ ...CHART, more: { timestamp: 5 } }) },
    'timestamp is not a list',
  ),
  malformed(
    'a word where an object belongs',
    { body: chartBody({ ...CHART, meta: { currentTradingPeriod: { pre: 'x' } } }) },
    'meta.currentTradingPeriod.* is a string, expected an object',
  ),
  malformed(
    'numbers where objects belong',
    { body: chartBody({ ...CHART, more: { events: { dividends: { 5: 1 } } } }) },
    'events.dividends.* is a number, expected an object',
  ),
  malformed('no timestamps but two quotes', { body: withQuotes([{ open: [1] }, { open: [1] }]) }, NOT_UNDERSTOOD),
  malformed('no timestamps but a quote', { body: withQuotes([{ open: [1] }]) }, NOT_UNDERSTOOD),
  ...[reset, hangUp].map((act): Case => ({
    name: `a line cut ${act === reset ? 'before' : 'within'} the answer`,
    act,
    failure: { kind: 'network', reason: act === reset ? 'ECONNRESET' : 'UND_ERR_SOCKET' },
    category: 'network',
    retried: true,
  })),
]

function withQuotes(quote: readonly unknown[]): string {
  return chartBody({ lastTrade: NOW, rows: [], more: { indicators: { quote } } })
}

describe('the Yahoo source, met by', () => {
  it.each(CASES)('$name, fails with its type', async ({ act, failure, category, retried }) => {
    const error = await failureOn(act)
    expect(error.failure).toEqual(failure)
    expect(error.category).toBe(category)
    expect(error.code).toBe(failure.kind)
    expect(error.message).toMatch(/^Yahoo, NQ=F 1m: ./)
    expect(error.hint).toMatch(/\.$/)
    expect(isRetryable(error.failure)).toBe(retried)
    expect(error.effort.requests).toBe(1)
  })

  it.each(CASES)('$name, tells nothing of the request', async ({ act }) => {
    const error = await failureOn(act)
    expect(`${error.message} ${error.hint}`).not.toMatch(/period1|https?:|127\.0\.0\.1|<html/i)
  })

  it("an address where nobody listens, fails with the system's reason", async () => {
    const { url } = await closedStage()
    const error = await failureOf(sourceOn(url).fetch(REQUEST))
    expect(error.failure).toEqual({ kind: 'network', reason: 'ECONNREFUSED' })
    expect(error.hint).toMatch(/listens/)
    expect(error.cause).toBeInstanceOf(Error)
  })

  it("a name that cannot be looked up, fails with the system's reason", async () => {
    const cause = Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' })
    const lookUp = (): Promise<Response> => Promise.reject(new TypeError('fetch failed', { cause }))
    const error = await failureOf(sourceOn('http://127.0.0.1', { fetch: lookUp }).fetch(REQUEST))
    expect(error.failure).toEqual({ kind: 'network', reason: 'ENOTFOUND' })
    expect(error.hint).toMatch(/DNS/)
  })

  it('both addresses of a name refusing, finds the reason among them', async () => {
    const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })
    const cause = new AggregateError([refused], '')
    const connect = (): Promise<Response> => Promise.reject(new TypeError('fetch failed', { cause }))
    const error = await failureOf(sourceOn('http://127.0.0.1', { fetch: connect }).fetch(REQUEST))
    expect(error.failure).toEqual({ kind: 'network', reason: 'ECONNREFUSED' })
  })

  it('a failure without a reason, says so', async () => {
    const odd = new Error('odd')
    const error = await failureOf(sourceOn('http://127.0.0.1', { fetch: () => Promise.reject(odd) }).fetch(REQUEST))
    expect(error.failure).toEqual({ kind: 'network' })
  })
})

describe('the deadline of the Yahoo source', () => {
  it.each([
    ['says nothing', hang],
    ['stalls in the middle of an answer', stall],
  ])('ends a request to a server that %s', async (_, act) => {
    const timer = createManualClock(0)
    await using server = await stage(act)
    const fetching = failureOf(sourceOn(server.url, { timer }).fetch(REQUEST))
    await server.arrived(1)
    timer.advance(2_499)
    expect(timer.sleepers).toBe(1)
    timer.advance(1)
    const error = await fetching
    expect(error.failure).toEqual({ kind: 'timeout', afterMs: 2_500 })
    expect(error.category).toBe('network')
    expect(error.effort).toEqual({ requests: 1, waitingMs: 2_500 })
    await server.requests[0]?.gone
    expect(timer.sleepers).toBe(0)
  })

  it.each([
    ['are never answered', () => Promise.withResolvers<Response>().promise],
    ['have answers without end', () => Promise.resolve(new Response(new ReadableStream()))],
  ])('ends every one of many requests that %s, and none keeps another from being asked', async (_, answered) => {
    const timer = createManualClock(0)
    const sent: string[] = []
    const fetch = (input: unknown): Promise<Response> => {
      sent.push(String(input))
      return answered()
    }
    const source = sourceOn('http://127.0.0.1', { timer, fetch, attemptTimeoutMs: 100 })
    const failures = Array.from({ length: 40 }, () => failureOf(source.fetch(REQUEST)))
    while (timer.sleepers < 40) await new Promise(setImmediate)
    const next = failureOf(source.fetch({ ...REQUEST, instrument: instrumentOf('ES=F') }))
    while (timer.sleepers < 41) await new Promise(setImmediate)
    await new Promise(setImmediate)
    expect(sent.filter((url) => url.includes('/ES%3DF?')).length).toBe(1)
    expect(sent.length).toBe(41)
    timer.advance(100)
    const kinds = (await Promise.all([...failures, next])).map(({ failure }) => failure.kind)
    expect(new Set(kinds)).toEqual(new Set(['timeout']))
    expect(timer.sleepers).toBe(0)
  })

  it('is for each request, not for all parts of a window', async () => {
    const timer = createManualClock(0)
    const body = chartBody({ lastTrade: NOW, rows: [] })
    await using server = await stage((request, response) => {
      timer.advance(2_000)
      response.writeHead(200, { date: new Date(NOW).toUTCString() }).end(body)
    })
    const batch = await sourceOn(server.url, { timer }).fetch({ ...REQUEST, from: NOW - 20 * DAY })
    expect(batch).toMatchObject({ requests: 3, waitingMs: 6_000 })
  })
})

describe('aborting the Yahoo source', () => {
  it('rejects with the reason before anything is sent', async () => {
    await using server = await stage(hang)
    const reason = new Error('enough')
    const signal = AbortSignal.abort(reason)
    await expect(sourceOn(server.url).fetch({ ...REQUEST, signal })).rejects.toBe(reason)
    expect(server.requests).toEqual([])
  })

  it.each([
    ['waiting for an answer', hang],
    ['in the middle of one', stall],
  ])('rejects with the reason while %s, and hangs up', async (_, act) => {
    const timer = createManualClock(0)
    await using server = await stage(act)
    const stop = new AbortController()
    const fetching = sourceOn(server.url, { timer }).fetch({ ...REQUEST, signal: stop.signal })
    await server.arrived(1)
    stop.abort('enough')
    await expect(fetching).rejects.toBe('enough')
    await server.requests[0]?.gone
    expect(timer.sleepers).toBe(0)
  })
})

describe('the Yahoo source refuses without a request', () => {
  const cases: readonly (readonly [string, Partial<BarRequest>, FetchFailure['kind']])[] = [
    ['a window that ends before it starts', { from: NOW, to: NOW - MINUTE }, 'invalid-window'],
    ['a window between two minutes', { from: NOW - 20_000, to: NOW - 10_000 }, 'invalid-window'],
    ['a window that is not a number', { from: Number.NaN }, 'invalid-window'],
    ['a window without end', { to: Infinity }, 'invalid-window'],
    ['minutes of two months ago', { from: NOW - 70 * DAY, to: NOW - 60 * DAY }, 'out-of-reach'],
    ...(['1s', '5s', '10s', '15s', '30s', '3m', '10m'] as const).map(
      (interval: Interval) => [`the interval ${interval}`, { interval }, 'unsupported-interval'] as const,
    ),
  ]

  it.each(cases)('%s', async (_, changes, kind) => {
    await using server: Stage = await stage(hang)
    const error = await failureOf(sourceOn(server.url).fetch({ ...REQUEST, ...changes }))
    expect(error.failure.kind).toBe(kind)
    expect(isRetryable(error.failure)).toBe(false)
    expect(error.effort.requests).toBe(0)
    expect(server.requests).toEqual([])
  })
})

async function closedStage(): Promise<Stage> {
  await using server = await stage(hang)
  return server
}
