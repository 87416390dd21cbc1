import { refusalJson, UNKNOWN_SYMBOL } from '../yahoo/chart-answer.ts'
import {
  badRequest,
  instantIn,
  noData,
  outOfLimits,
  type Refusal,
  tooManyDays,
  tooOld,
} from '../yahoo/chart-request.ts'
import type { RequestFault, Unavailable } from './fault.ts'

/** An answer that holds no chart. */
export interface Instead {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const JSON_TYPE = 'application/json;charset=utf-8'
const TEXT_TYPE = 'text/plain;charset=utf-8'
const HTML_TYPE = 'text/html;charset=utf-8'

/** What is answered in place of a chart; `undefined` for faults that need the chart. `now` is the server's time. */
export function insteadOfChart(fault: RequestFault, query: URLSearchParams, now: number): Instead | undefined {
  switch (fault.kind) {
    case '429':
      return {
        status: 429,
        headers: { 'content-type': TEXT_TYPE, ...retryAfter(fault, now) },
        body: 'Too Many Requests\r\n',
      }
    case '503':
      return page(503, 'Back in a moment', 'The service rests. Nothing is lost.', retryAfter(fault, now))
    case '500':
      return refused({ status: 500, code: 'Internal Server Error', description: 'Something went wrong' })
    case '502':
      return page(502, 'Bad gateway', 'The server behind this one gave no answer that makes sense.')
    case '504':
      return page(504, 'Gateway timeout', 'The server behind this one gave no answer in time.')
    case 'html':
      return page(200, 'One moment', 'This is a page for people, where a chart was asked for.')
    case '400':
      return badWindow(fault.reason ?? 'no-data', query)
    case '404':
      return refused(UNKNOWN_SYMBOL)
    case '422':
      return refused(unprocessable(fault.reason ?? 'span', query))
    case 'null-result':
      return { status: 200, headers: { 'content-type': JSON_TYPE }, body: '{"chart":{"result":null,"error":null}}' }
    default:
      return undefined
  }
}

function retryAfter({ retryAfterSeconds, retryAfterAs }: Unavailable, now: number): Readonly<Record<string, string>> {
  if (retryAfterSeconds === undefined) return {}
  const value =
    retryAfterAs === 'date' ? new Date(now + retryAfterSeconds * 1000).toUTCString() : String(retryAfterSeconds)
  return { 'retry-after': value }
}

function page(status: number, title: string, text: string, headers: Readonly<Record<string, string>> = {}): Instead {
  const body = `<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>${title}</title></head>\n<body><h1>${title}</h1><p>${text}</p></body>\n</html>\n`
  return { status, headers: { 'content-type': HTML_TYPE, ...headers }, body }
}

function refused(refusal: Refusal): Instead {
  return { status: refusal.status, headers: { 'content-type': JSON_TYPE }, body: refusalJson(refusal) }
}

function badWindow(reason: 'no-data' | 'invalid' | 'plain-text', query: URLSearchParams): Instead {
  if (reason === 'invalid') return refused(badRequest('Invalid input - the request cannot be understood'))
  const { period1, period2 } = windowOf(query)
  const refusal = noData(period1, period2)
  return reason === 'no-data'
    ? refused(refusal)
    : { status: 400, headers: { 'content-type': TEXT_TYPE }, body: `400 Bad Request: ${refusal.description}` }
}

function unprocessable(reason: 'span' | 'age', query: URLSearchParams): Refusal {
  const { period1, period2 } = windowOf(query)
  const interval = query.get('interval') ?? '1m'
  return outOfLimits(interval, period1, period2, reason === 'span' ? tooManyDays(interval, 8) : tooOld(30))
}

function windowOf(query: URLSearchParams): { readonly period1: number; readonly period2: number } {
  return { period1: instantIn(query.get('period1')) ?? 0, period2: instantIn(query.get('period2')) ?? 0 }
}
