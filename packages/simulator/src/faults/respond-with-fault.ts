import { instrumentOf } from '@openpredict/market'

import { createMarket } from '../market.ts'
import { type HttpAnswer, type HttpRequest, respond, symbolAskedFor, type World } from '../yahoo/respond.ts'
import { alteredChart } from './chart-faults.ts'
import type { RequestFault } from './fault.ts'
import type { DecidedFault } from './faults.ts'
import { type Instead, insteadOfChart } from './instead-of-chart.ts'

/** How an answer goes over the line. */
export type Delivery =
  | { readonly kind: 'whole' }
  | { readonly kind: 'hang' }
  | { readonly kind: 'reset'; readonly at: 'headers' | 'body' }
  /** The body comes bit by bit over so many milliseconds. */
  | { readonly kind: 'slow'; readonly ms: number }

/** An answer with a fault, and how it is sent. */
export interface FaultyAnswer {
  readonly answer: HttpAnswer
  readonly delivery: Delivery
  /** Whether the fault could happen: rows of an answer without rows cannot be wrong. */
  readonly faulted: boolean
}

/** Answers a request with a fault, or as the source does: a function of the same things, and of the fault. */
export function respondWithFault(request: HttpRequest, world: World, decided: DecidedFault | undefined): FaultyAnswer {
  const symbol = symbolAskedFor(request)
  if (decided === undefined || symbol === undefined) {
    return { answer: respond(request, world), delivery: { kind: 'whole' }, faulted: false }
  }
  const { fault } = decided
  const { answer, faulted } = answerWithFault(request, world, decided, symbol)
  if (!faulted) return { answer, delivery: { kind: 'whole' }, faulted }
  const delivery = deliveryOf(fault)
  const isSilent = delivery.kind === 'hang' || (delivery.kind === 'reset' && delivery.at === 'headers')
  const log = answer.log && { ...answer.log, ...(isSilent && { status: 0, bars: 0 }), fault: fault.kind }
  return { answer: { ...answer, log }, delivery, faulted }
}

function answerWithFault(
  request: HttpRequest,
  world: World,
  { fault, bits }: DecidedFault,
  symbol: string,
): Pick<FaultyAnswer, 'answer' | 'faulted'> {
  const instead = insteadOfChart(fault, queryOf(request), world.now)
  if (instead !== undefined) return { answer: withInstead(respond(request, world), instead), faulted: true }
  switch (fault.kind) {
    case 'wrong-symbol': {
      const answer = respond(request, withOtherMarket(world, symbol, fault.as))
      return { answer: unread(answer), faulted: answer.status === 200 }
    }
    case 'trading-periods': {
      const answer = respond(withShape(request, fault.shape), world)
      return { answer, faulted: answer.status === 200 }
    }
    case 'truncated': {
      const answer = respond(request, world)
      const body = answer.body.slice(0, Math.floor(answer.body.length * (fault.keep ?? 0.5)))
      return { answer: unread({ ...answer, body }), faulted: true }
    }
    case 'hang':
    case 'reset':
      return { answer: unread(respond(request, world)), faulted: true }
    case 'slow':
      return { answer: respond(request, world), faulted: true }
    default: {
      let faulted = false
      const answer = respond(request, {
        ...world,
        alter(chart, visible) {
          const altered = alteredChart(chart, fault, { bits, visible })
          faulted = altered !== undefined
          return altered ?? chart
        },
      })
      return { answer, faulted }
    }
  }
}

function deliveryOf(fault: RequestFault): Delivery {
  switch (fault.kind) {
    case 'hang':
      return { kind: 'hang' }
    case 'reset':
      return { kind: 'reset', at: fault.at ?? 'headers' }
    case 'slow':
      return { kind: 'slow', ms: (fault.seconds ?? 30) * 1000 }
    default:
      return { kind: 'whole' }
  }
}

/** An answer from which nobody learns anything about the market that was asked for. */
function unread({ visible: _, ...answer }: HttpAnswer): HttpAnswer {
  return answer
}

/** What is answered in place of an answer, at the same time and to the same request. */
function withInstead({ headers, log }: HttpAnswer, instead: Instead): HttpAnswer {
  const { status, body } = instead
  return {
    status,
    headers: { 'cache-control': 'max-age=0, private', ...instead.headers, date: headers['date'] ?? '' },
    body,
    log: log && { ...log, status, bars: 0 },
  }
}

function withOtherMarket(world: World, symbol: string, as = symbol === 'ES=F' ? 'NQ=F' : 'ES=F'): World {
  const { listed } = world
  const market = listed.get(symbol)
  if (market === undefined) return world
  const other = listed.get(as) ?? createMarket({ instrument: instrumentOf(as), seed: market.seed ?? 1 })
  return { ...world, listed: new Map([...listed, [symbol, other]]) }
}

/** The request with trading periods asked for in a shape, or in the one that it does not ask for. */
function withShape(request: HttpRequest, shape: 'lists' | 'object' | undefined): HttpRequest {
  const query = queryOf(request)
  const isObject = shape === undefined ? query.get('includePrePost') !== 'true' : shape === 'object'
  query.set('includePrePost', String(isObject))
  const [path = ''] = request.target.split('?')
  return { ...request, target: `${path}?${query.toString()}` }
}

function queryOf({ target }: HttpRequest): URLSearchParams {
  return new URLSearchParams(URL.parse(target, 'http://localhost')?.searchParams)
}
