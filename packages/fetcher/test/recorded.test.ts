import { readdirSync, readFileSync } from 'node:fs'

import { createManualClock, instrumentOf, type Interval, parseInterval } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { createYahooSource, type DropReason, FetchError } from '../src/index.ts'
import { realTimer } from './clocks.ts'
import { dataFile, dataNote, hasData } from './data.ts'
import { type Answer, stage } from './stage.ts'

/** What became of a recorded answer: bars and drops, or the kind of failure with its detail. */
type Outcome =
  | { readonly bars: number; readonly dropped: Partial<Record<DropReason, number>> }
  | { readonly failed: string; readonly detail?: string }

const bars = (count: number, dropped: Partial<Record<DropReason, number>> = {}): Outcome => ({ bars: count, dropped })
const notMinutes = (found: string): Outcome => ({ failed: 'malformed', detail: `it holds ${found} rows, expected 1m` })
const NOT_UNDERSTOOD: Outcome = { failed: 'malformed', detail: 'the client could not make sense of it' }
const UNKNOWN: Outcome = { failed: 'unknown-symbol' }

/** What each recording is as an answer to a request for minutes, or for the interval of its own that Yahoo gave. */
const OUTCOMES: Readonly<Record<string, Outcome>> = {
  '01_chart_AAPL_1m_rth_day_with_stray_last_point.fixture.json': bars(389, { 'null-row': 1, 'outside-window': 1 }),
  '02_chart_AAPL_1m_weekend_empty.fixture.json': bars(0),
  '03_chart_TSLA_30m_prepost.fixture.json': bars(30),
  '04_chart_TSLA_1h_no_points.fake.fixture.json': bars(0),
  '05_chart_TSLA_1h_2025_no_points.fake.fixture.json': bars(0),
  '06_chart_GC=F_1d_2025.fixture.json': notMinutes('1d'),
  '07_chart_GC=F_1d_2022.fixture.json': notMinutes('1d'),
  '08_chart_GC=F_1d_2024_text.fixture.json': notMinutes('1d'),
  '09_chart_EURUSD=X_1d.fixture.json': notMinutes('1d'),
  '10_chart_BTC-USD_1d.fixture.json': notMinutes('1d'),
  '11_chart_AAPL_1d_split_and_US_DST.fixture.json': notMinutes('1d'),
  '12_chart_BTC-USD_1d_year_with_nulls.fixture.json': notMinutes('1d'),
  '13_chart_WSU.DE_with_null.fixture.json': notMinutes('1d'),
  '14_chart_WSU.DE_2025.fixture.json': notMinutes('1d'),
  '15_chart_APS.AX_empty.fixture.json': notMinutes('1d'),
  '16_chart_^VXAPL_empty_short_ranges.fixture.json': notMinutes('1d'),
  '17_chart_no_timestamp_two_quotes.fake.fixture.json': NOT_UNDERSTOOD,
  '18_chart_no_timestamp_one_quote.fake.fixture.json': NOT_UNDERSTOOD,
  '19_chart_mutual_fund_null.fixture.json': notMinutes('1d'),
  '20_chart_WSKT.JK.fixture.json': notMinutes('1d'),
  '21_chart_AZT.OL.fixture.json': notMinutes('1d'),
  '22_chart_NVDA_split_events.fixture.json': notMinutes('1d'),
  '23_error_404_MDLY.fixture.json': UNKNOWN,
  '24_error_404_SI_text.fixture.json': UNKNOWN,
  '25_error_404_SIX_text.fixture.json': UNKNOWN,
  '26_error_400_BEKE_no_data_in_range.fixture.json': bars(0),
  '27_error_400_BFLY_no_data_in_range.fixture.json': bars(0),
  '28_error_400_v7_plain_text.fixture.json': bars(0),
  '29_error_400_search_missing_q.fixture.json': { failed: 'bad-request', detail: 'Missing required query parameter=q' },
  '30_error_404_quoteSummary_GC=F.fixture.json': UNKNOWN,
  '31_html_will_be_right_back.html': { failed: 'malformed', detail: 'a redirect (301) instead of a chart' },
  '33_body_GS2C.DE_5d_over_EU_DST.json': notMinutes('1d'),
  '34_body_AAPL_6mo_1d_dividends.json': notMinutes('1d'),
  '35_body_VFINX_fund_events.json': notMinutes('3mo'),
  'quoted/q1_429_too_many_requests.txt': { failed: 'rate-limited' },
  'quoted/q2_429_edge_too_many_requests.txt': { failed: 'rate-limited' },
  'quoted/q3_422_only_7_days.json': {
    failed: 'bad-request',
    detail:
      '1m data not available for startTime=1642289894 and endTime=1644968294. Only 7 days worth of 1m granularity data are allowed to be fetched per request.',
  },
  'quoted/q4_422_last_30_days.json': { failed: 'out-of-reach' },
}

/** Daily recordings read as hourly ones: their stamps lie on the hour, so their rows are cleaned like any others. */
const AS_HOURS: Readonly<Record<string, Outcome>> = {
  '06_chart_GC=F_1d_2025.fixture.json': bars(1),
  '10_chart_BTC-USD_1d.fixture.json': bars(2, { 'outside-window': 1 }),
  '11_chart_AAPL_1d_split_and_US_DST.fixture.json': bars(0, { 'off-grid': 49 }),
  '12_chart_BTC-USD_1d_year_with_nulls.fixture.json': bars(365, { 'null-row': 4, 'outside-window': 1 }),
  '13_chart_WSU.DE_with_null.fixture.json': bars(2, { 'null-row': 1 }),
  '14_chart_WSU.DE_2025.fixture.json': bars(3),
  '15_chart_APS.AX_empty.fixture.json': bars(0),
  '16_chart_^VXAPL_empty_short_ranges.fixture.json': bars(0),
  '20_chart_WSKT.JK.fixture.json': bars(1),
}

interface Recording {
  readonly answer: Answer
  readonly symbol: string
  readonly interval: Interval
  readonly from: number
  readonly to: number
}

function recording(name: string): Recording {
  const text = readFileSync(dataFile('yahoo', ...name.split('/')), 'utf8')
  const fallback = { symbol: 'NQ=F', interval: '1m', from: 0, to: 0 } as const
  const status = Number(/_(\d{3})_/.exec(name)?.[1] ?? (name.endsWith('.html') ? 301 : 200))
  if (!name.includes('.fixture.')) return { ...fallback, ...charted(text), answer: { status, body: text } }
  const { request, response } = JSON.parse(text) as {
    request: { url: string }
    response: { status: number; headers: Record<string, string | string[]>; body?: string; bodyJson?: unknown }
  }
  const body = response.body ?? JSON.stringify(response.bodyJson)
  const query = new URL(request.url).searchParams
  const [from, to] = ['period1', 'period2'].map((part) => Number(query.get(part)) * 1_000) as [number, number]
  const type = String(response.headers['content-type'])
  const date = Date.parse(String(response.headers['date']))
  const answer = { status: response.status, headers: { 'content-type': type }, body, date }
  return { ...fallback, ...charted(body), answer, from, to: to === from ? to + 3_600_000 : to }
}

/** What a body says that it is about. */
function charted(body: string): Partial<Recording> {
  const symbol = /"symbol":"([^"]+)"/.exec(body)?.[1]
  const interval = /"dataGranularity":"(1m|30m|1h)"/.exec(body)?.[1]
  return {
    ...(symbol !== undefined && { symbol }),
    ...(interval !== undefined && { interval: parseInterval(interval) }),
  }
}

async function outcomeOf(recorded: Recording): Promise<Outcome> {
  const { answer, symbol, interval, to } = recorded
  await using server = await stage(answer)
  // Asked in the days of the window, when Yahoo still had it.
  const end = to || Date.UTC(2025, 9, 30)
  const source = createYahooSource({ clock: createManualClock(end), timer: realTimer, baseUrl: server.url })
  try {
    const request = { instrument: instrumentOf(symbol), interval, from: recorded.from || end - 3_600_000, to: end }
    const { bars: found, dropped, received } = await source.fetch(request)
    const counts = Object.fromEntries(Object.entries(dropped).filter(([, count]) => count > 0))
    expect(found.length + Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(received)
    return { bars: found.length, dropped: counts }
  } catch (error) {
    if (!(error instanceof FetchError)) throw error
    const { failure } = error
    return { failed: failure.kind, ...('detail' in failure && { detail: failure.detail }) }
  }
}

describe.runIf(hasData)(`recorded answers of Yahoo${dataNote}`, () => {
  it('are all accounted for', () => {
    const files = [
      ...readdirSync(dataFile('yahoo')).filter((name) => /^\d/.test(name)),
      ...readdirSync(dataFile('yahoo', 'quoted')).map((name) => `quoted/${name}`),
    ]
    expect(Object.keys(OUTCOMES).toSorted()).toEqual(files.toSorted())
  })

  it.each(Object.entries(OUTCOMES))('%s', async (name, expected) => {
    expect(await outcomeOf(recording(name))).toEqual(expected)
  })

  it.each(Object.entries(AS_HOURS))('%s, read as hours', async (name, expected) => {
    const { answer, ...rest } = recording(name)
    const body = answer.body?.replace('"dataGranularity":"1d"', '"dataGranularity":"1h"') ?? ''
    expect(await outcomeOf({ ...rest, interval: '1h', answer: { ...answer, body } })).toEqual(expected)
  })

  it('hold prices as 32-bit floats, and bars as decimals', async () => {
    const { answer, from, to } = recording('01_chart_AAPL_1m_rth_day_with_stray_last_point.fixture.json')
    await using server = await stage(answer)
    const source = createYahooSource({ clock: createManualClock(to), timer: realTimer, baseUrl: server.url })
    const batch = await source.fetch({ instrument: instrumentOf('AAPL'), from, to })
    expect(answer.body).toContain('226.85499572753906')
    expect([...batch.bars.close]).toContain(226.855)
    expect(batch.bars.at(0)).toEqual({
      time: Date.UTC(2024, 9, 2, 13, 30),
      open: 225.89,
      high: 226.11,
      low: 225.42,
      close: 225.7,
      volume: 1_205_461,
    })
    expect(batch.answeredAt).toBe(Date.UTC(2024, 9, 4, 12, 7, 44))
    expect(batch.watermark).toBe(Date.UTC(2024, 9, 4, 12, 6, 44))
  })
})
