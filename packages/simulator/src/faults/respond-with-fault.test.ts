import { instrumentOf, parseInstant } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { createMarket } from '../market.ts'
import type { World } from '../yahoo/respond.ts'
import { respond } from '../yahoo/respond.ts'
import type { RequestFault } from './fault.ts'
import { respondWithFault } from './respond-with-fault.ts'

const now = parseInstant('2024-03-06T15:00:30Z')
const nq = createMarket()
const world: World = { listed: new Map([['NQ=F', nq]]), now, speed: 1, delayMs: undefined }
const CHART = `/v8/finance/chart/NQ=F?interval=1m&period1=${now / 1000 - 3600}`
const request = { method: 'GET', target: CHART }
const ask = (fault: RequestFault, target = CHART, own = world) =>
  respondWithFault({ method: 'GET', target }, own, { fault, bits: 99 })
const healthy = respond(request, world)

interface Body {
  readonly chart: {
    readonly result: readonly [
      {
        readonly meta: { readonly symbol: string; readonly tradingPeriods: unknown }
        readonly indicators: { readonly quote: readonly [{ readonly close: readonly number[] }] }
      },
    ]
  }
}
const resultOf = (body: string) => (JSON.parse(body) as Body).chart.result[0]

describe('respondWithFault', () => {
  it('answers as the source does without a fault, and to what is no chart', () => {
    const whole = { delivery: { kind: 'whole' }, faulted: false }
    expect(respondWithFault(request, world, undefined)).toEqual({ answer: healthy, ...whole })
    for (const target of ['/simulator/clock', '/nothing']) {
      const answer = respond({ method: 'GET', target }, world)
      expect(ask({ kind: 'hang' }, target)).toEqual({ answer, ...whole })
    }
    const posted = { method: 'POST', target: CHART }
    expect(respondWithFault(posted, world, { fault: { kind: 'hang' }, bits: 1 })).toEqual({
      answer: respond(posted, world),
      ...whole,
    })
  })

  it('puts another answer in place, with the same date, and says so in the log', () => {
    const { answer, faulted, delivery } = ask({ kind: '503', retryAfterSeconds: 2 })
    expect(answer).toMatchObject({
      status: 503,
      headers: { date: 'Wed, 06 Mar 2024 15:00:30 GMT', 'retry-after': '2', 'cache-control': 'max-age=0, private' },
      log: { ...healthy.log, status: 503, bars: 0, fault: '503' },
    })
    expect([faulted, delivery]).toEqual([true, { kind: 'whole' }])
  })

  it.each<[RequestFault, object, number]>([
    [{ kind: 'hang' }, { kind: 'hang' }, 0],
    [{ kind: 'reset' }, { kind: 'reset', at: 'headers' }, 0],
    [{ kind: 'reset', at: 'body' }, { kind: 'reset', at: 'body' }, 200],
    [{ kind: 'slow' }, { kind: 'slow', ms: 30_000 }, 200],
    [{ kind: 'slow', seconds: 2 }, { kind: 'slow', ms: 2_000 }, 200],
  ])('sends the answer of %j in its way', (fault, delivery, status) => {
    const faulty = ask(fault)
    expect(faulty).toMatchObject({ delivery, faulted: true, answer: { body: healthy.body } })
    expect(faulty.answer.log).toMatchObject({ status, fault: fault.kind })
  })

  it('says how far the source has got only where the client can see it', () => {
    const visible = now - 600_000
    const told = (fault: RequestFault) => ask(fault).answer.visible
    for (const kind of ['slow', 'null-rows', 'duplicates', 'trading-periods', 'quote-on-minute'] as const) {
      expect(told({ kind })).toBe(visible)
    }
    for (const kind of ['429', 'html', 'truncated', 'hang', 'reset', 'wrong-symbol'] as const) {
      expect(told({ kind })).toBeUndefined()
    }
  })

  it('cuts the JSON', () => {
    expect(ask({ kind: 'truncated' }).answer.body).toBe(healthy.body.slice(0, healthy.body.length >>> 1))
    expect(ask({ kind: 'truncated', keep: 0 }).answer.body).toBe('')
    expect(ask({ kind: 'truncated', keep: 0.99 }).answer.log).toMatchObject({ status: 200, fault: 'truncated' })
  })

  it('alters the chart, unless there is nothing to alter', () => {
    const { answer, faulted } = ask({ kind: 'null-rows', share: 1 })
    expect(faulted).toBe(true)
    expect(
      resultOf(answer.body)
        .indicators.quote[0].close.slice(0, -1)
        .every((close) => close === null),
    ).toBe(true)
    expect(answer.log).toEqual({ ...healthy.log, fault: 'null-rows' })
    const empty = ask({ kind: 'null-rows' }, '/v8/finance/chart/XX=F')
    expect([empty.faulted, empty.answer.status, empty.answer.log?.fault]).toEqual([false, 404, undefined])
  })

  it('answers about another symbol: the one named, one that is listed, or any', () => {
    const symbolOf = (fault: RequestFault, own = world, target = CHART) =>
      resultOf(ask(fault, target, own).answer.body).meta.symbol
    expect(symbolOf({ kind: 'wrong-symbol' })).toBe('ES=F')
    expect(symbolOf({ kind: 'wrong-symbol', as: 'RTY=F' })).toBe('RTY=F')
    const es = createMarket({ instrument: instrumentOf('ES=F'), seed: 77 })
    const both: World = { ...world, listed: new Map([...world.listed, ['ES=F', es]]) }
    const close = resultOf(ask({ kind: 'wrong-symbol' }, CHART, both).answer.body).indicators.quote[0].close[0]
    expect(close).toBe(es.bar(now - 3_630_000 + 60_000)?.close)
    expect(symbolOf({ kind: 'wrong-symbol' }, both, CHART.replace('NQ', 'es'))).toBe('NQ=F')
    expect(ask({ kind: 'wrong-symbol' }, '/v8/finance/chart/XX=F')).toMatchObject({
      faulted: false,
      answer: { status: 404 },
    })
  })

  it('gives trading periods in the shape that was not asked for, or in the one it is told', () => {
    const isList = (fault: RequestFault, target = CHART) =>
      Array.isArray(resultOf(ask(fault, target).answer.body).meta.tradingPeriods)
    const asked = `${CHART}&includePrePost=true`
    expect([isList({ kind: 'trading-periods' }), isList({ kind: 'trading-periods' }, asked)]).toEqual([false, true])
    expect([
      isList({ kind: 'trading-periods', shape: 'lists' }),
      isList({ kind: 'trading-periods', shape: 'object' }, asked),
    ]).toEqual([true, false])
    expect(ask({ kind: 'trading-periods' }, '/v8/finance/chart/XX=F').faulted).toBe(false)
  })
})
