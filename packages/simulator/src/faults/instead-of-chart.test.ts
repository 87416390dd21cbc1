import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { parseInstant } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import type { RequestFault } from './fault.ts'
import { FAULT_KINDS, plainFault } from './fault-kinds.ts'
import { insteadOfChart } from './instead-of-chart.ts'

const now = parseInstant('2024-03-06T15:00:30Z')
const query = new URLSearchParams('interval=1m&period1=1577836800&period2=1578009600')
const instead = (fault: RequestFault, own = query) => insteadOfChart(fault, own, now)

describe('insteadOfChart', () => {
  it.each([
    ['429', 429, 'text/plain', /^Too Many Requests/],
    ['500', 500, 'application/json', /^\{"chart":\{"result":null,"error":\{"code":"Internal Server Error"/],
    ['502', 502, 'text/html', /^<!doctype html>/],
    ['503', 503, 'text/html', /^<!doctype html>/],
    ['504', 504, 'text/html', /^<!doctype html>/],
    ['html', 200, 'text/html', /^<!doctype html>/],
    ['400', 400, 'application/json', /^\{"chart":\{"result":null,"error":\{"code":"Bad Request"/],
    ['404', 404, 'application/json', /^\{"chart":\{"result":null,"error":\{"code":"Not Found"/],
    ['422', 422, 'application/json', /^\{"chart":\{"result":null,"error":\{"code":"Unprocessable Entity"/],
    ['null-result', 200, 'application/json', /^\{"chart":\{"result":null,"error":null\}\}$/],
  ] as const)('answers %s with status %d and %s', (kind, status, type, body) => {
    const answer = instead(plainFault(kind))
    expect(answer?.status).toBe(status)
    expect(answer?.headers['content-type']).toContain(type)
    expect(answer?.headers).not.toHaveProperty('retry-after')
    expect(answer?.body).toMatch(body)
  })

  it.each(['429', '503'] as const)('says with %s when to come back, in seconds or as a date', (kind) => {
    expect(instead({ kind, retryAfterSeconds: 30 })?.headers['retry-after']).toBe('30')
    expect(instead({ kind, retryAfterSeconds: 90, retryAfterAs: 'date' })?.headers['retry-after']).toBe(
      'Wed, 06 Mar 2024 15:02:00 GMT',
    )
  })

  it('refuses a window as Yahoo does, with the window and the interval', () => {
    const said = (fault: RequestFault, own?: URLSearchParams) =>
      (JSON.parse(instead(fault, own)?.body ?? '') as { chart: { error: { description: string } } }).chart.error
        .description
    const limits = '1m data not available for startTime=1577836800 and endTime=1578009600. '
    expect(said({ kind: '422' })).toBe(
      `${limits}Only 8 days worth of 1m granularity data are allowed to be fetched per request.`,
    )
    expect(said({ kind: '422', reason: 'age' })).toBe(`${limits}The requested range must be within the last 30 days.`)
    expect(said({ kind: '400', reason: 'invalid' })).toBe('Invalid input - the request cannot be understood')
    expect(said({ kind: '400' }, new URLSearchParams())).toBe("Data doesn't exist for startDate = 0, endDate = 0")
    expect(said({ kind: '422' }, new URLSearchParams())).toMatch(/^1m data not available for startTime=0/)
  })

  it('needs the chart for all other faults', () => {
    const kinds = Object.keys(FAULT_KINDS).filter((kind) => instead({ kind } as RequestFault) === undefined)
    expect(kinds).toEqual([
      'truncated',
      'missing-meta',
      'reset',
      'hang',
      'slow',
      'null-rows',
      'duplicates',
      'out-of-order',
      'trading-periods',
      'quote-on-minute',
      'wrong-symbol',
      'random',
      'late-bars',
      'revised-bars',
      'bad-ticks',
      'growing-delay',
    ])
  })
})

const FOLDER = process.env['OPENPREDICT_DATA'] ?? join(import.meta.dirname, '../../../../../shared/data')
const absent = !existsSync(join(FOLDER, 'yahoo')) && process.env['OPENPREDICT_REQUIRE_DATA'] !== '1'
const note = absent ? ` (skipped: no reference data in ${FOLDER})` : ''

describe.skipIf(absent)(`beside recorded refusals${note}`, () => {
  const recorded = (file: string): unknown => {
    const { response } = JSON.parse(readFileSync(join(FOLDER, 'yahoo', file), 'utf8')) as {
      response: { body?: string; bodyJson?: unknown }
    }
    return response.bodyJson ?? response.body
  }

  it.each<[string, RequestFault]>([
    ['23_error_404_MDLY.fixture.json', { kind: '404' }],
    ['26_error_400_BEKE_no_data_in_range.fixture.json', { kind: '400' }],
  ])('the body is that of %s', (file, fault) => {
    expect(JSON.parse(instead(fault)?.body ?? '')).toEqual(recorded(file))
  })

  it('the plain text is that of an old refusal', () => {
    const text = recorded('28_error_400_v7_plain_text.fixture.json')
    expect(instead({ kind: '400', reason: 'plain-text' })?.body).toBe(text)
  })

  it('the words of 429 are those that people quote', () => {
    const text = readFileSync(join(FOLDER, 'yahoo/quoted/q1_429_too_many_requests.txt'), 'utf8')
    expect(instead({ kind: '429' })?.body.trim()).toBe(text.trim())
  })
})
