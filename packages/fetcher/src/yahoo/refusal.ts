import type { Interval } from '@openpredict/market'

import type { FetchFailure } from '../errors.ts'

/** An answer of Yahoo's that holds no chart, as far as it matters. */
export interface Refusal {
  readonly status: number
  readonly body: string
  /** What the body says as JSON, if it is JSON. */
  readonly json: unknown
  readonly retryAfterMs?: number
}

/** `'no-data'`: the symbol is known, and there is nothing in the window; an answer like any other. */
export type RefusalMeaning = FetchFailure | 'no-data'

/** What an answer without a chart means. Yahoo's own words for it come with 400, 404, 422 or, rarely, 200. */
export function meaningOf(refusal: Refusal, symbol: string, interval: Interval): RefusalMeaning {
  const { status, retryAfterMs } = refusal
  const said = yahooError(refusal.json)
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs }
  if (status === 429) return { kind: 'rate-limited', ...wait }
  if (status >= 500) return { kind: 'http', status, ...wait }
  if (status >= 300 && status < 400) return { kind: 'malformed', detail: `a redirect (${status}) instead of a chart` }
  if (said?.code === 'Not Found') return { kind: 'unknown-symbol', symbol }
  const text = said?.description ?? (isHtml(refusal.body) ? '' : refusal.body)
  if (/data doesn't exist/i.test(text)) return 'no-data'
  if (/within the last \d+ days/i.test(text)) return { kind: 'out-of-reach', interval }
  if (said !== undefined || status === 400 || status === 422) {
    return { kind: 'bad-request', status, detail: oneLine(text) || 'no reason given' }
  }
  return { kind: 'http', status }
}

/** The error in Yahoo's envelope, `{"chart":{"error":{"code","description"}}}`, whatever the envelope's name. */
export function yahooError(json: unknown): { readonly code: string; readonly description: string } | undefined {
  const [envelope] = isObject(json) ? Object.values(json) : []
  const error = isObject(envelope) ? envelope['error'] : undefined
  if (!isObject(error)) return undefined
  return { code: textOf(error['code']), description: textOf(error['description']) }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

export function isHtml(body: string): boolean {
  return /^\s*<(!doctype|html|\?xml|head|body|!--)/i.test(body)
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** Fit for a message: one line, no control characters, not too long. */
function oneLine(text: string): string {
  const line = text.replaceAll(/[\s\p{C}]+/gu, ' ').trim()
  return line.length > 200 ? `${line.slice(0, 199)}…` : line
}
