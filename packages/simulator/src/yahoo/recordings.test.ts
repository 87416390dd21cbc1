import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { createManualClock, parseInstant } from '@openpredict/market'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { createMarket } from '../market.ts'
import { startYahooServer, type YahooServer } from './yahoo-server.ts'

const FOLDER = process.env['OPENPREDICT_DATA'] ?? join(import.meta.dirname, '../../../../../shared/data')
const absent = !existsSync(join(FOLDER, 'yahoo')) && process.env['OPENPREDICT_REQUIRE_DATA'] !== '1'
const note = absent ? ` (skipped: no reference data in ${FOLDER})` : ''

type Json = Readonly<Record<string, unknown>>

/** The body of a recorded answer. */
function recorded(file: string): Json {
  const whole = JSON.parse(readFileSync(join(FOLDER, 'yahoo', file), 'utf8')) as Json & {
    readonly response?: { readonly body?: string; readonly bodyJson?: Json }
  }
  const { response } = whole
  return response === undefined ? whole : (response.bodyJson ?? (JSON.parse(response.body ?? '') as Json))
}

/** What a value is made of: the types by path, with one entry for all members of a list. */
function shapeOf(value: unknown, path = ''): readonly string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap((member) => shapeOf(member, `${path}[]`)))].toSorted()
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .flatMap(([key, member]) => shapeOf(member, `${path}.${key}`))
      .toSorted()
  }
  return [`${path}: ${value === null ? 'null' : typeof value}`]
}

/** What Yahoo says about shares only, the year's range, and the null rows that a healthy market does not have. */
const NOT_OURS = /\.(longName|fiftyTwoWeekHigh|fiftyTwoWeekLow): |quote\[\]\.\w+\[\]: null$/

const [MINUTES, WEEKEND, HALF_HOURS, DAYS] = [
  '01_chart_AAPL_1m_rth_day_with_stray_last_point',
  '02_chart_AAPL_1m_weekend_empty',
  '03_chart_TSLA_30m_prepost',
  '06_chart_GC=F_1d_2025',
] as const
const CHARTS = [MINUTES, WEEKEND, HALF_HOURS, DAYS]

const now = parseInstant('2024-03-06T15:00:30Z')
const NOW = now / 1000

describe.skipIf(absent)(`beside recorded answers${note}`, () => {
  let server: YahooServer
  beforeAll(async () => {
    server = await startYahooServer({ markets: [createMarket()], clock: createManualClock(now) })
  })
  afterAll(async () => server.close())
  const ask = async (query: string, symbol = 'NQ=F'): Promise<Json> => {
    const answer = await fetch(`${server.url}/v8/finance/chart/${symbol}?${query}`)
    return (await answer.json()) as Json
  }

  it.each([
    ['minutes', MINUTES, `interval=1m&period1=${NOW - 86_400}`],
    ['a weekend', WEEKEND, `interval=1m&period1=${NOW - 4 * 86_400}&period2=${NOW - 3.9 * 86_400}`],
    ['half-hours with pre and post sessions', HALF_HOURS, `interval=30m&period1=${NOW - 86_400}&includePrePost=true`],
    ['days of a future', DAYS, `interval=1d&period1=${NOW - 864_000}`],
  ])('charts of %s have the same fields of the same types', async (_, file, query) => {
    const ours = shapeOf(await ask(query))
    const theirs = shapeOf(recorded(`${file}.fixture.json`)).filter((field) => !NOT_OURS.test(field))
    expect(ours).toEqual(expect.arrayContaining([...theirs]))
    const allTheirs = CHARTS.flatMap((chart) => shapeOf(recorded(`${chart}.fixture.json`)))
    expect(allTheirs).toEqual(expect.arrayContaining([...ours]))
  })

  it('the body for an unknown symbol is the same', async () => {
    expect(await ask('interval=1d', 'SI')).toEqual(recorded('24_error_404_SI_text.fixture.json'))
  })

  it('the body for a window before the first trade is the same', async () => {
    const theirs = JSON.stringify(recorded('26_error_400_BEKE_no_data_in_range.fixture.json'))
    expect(JSON.stringify(await ask('interval=1d&period1=1&period2=2'))).toBe(
      theirs.replace(/startDate = \d+, endDate = \d+/, 'startDate = 1, endDate = 2'),
    )
  })

  it.each([
    ['quoted/q3_422_only_7_days.json', 9, 0],
    ['quoted/q4_422_last_30_days.json', 35, 34],
  ])('the refusal of %s is the same but for the window and the number of days', async (file, from, to) => {
    const [start, end] = [NOW - from * 86_400, NOW - to * 86_400]
    const theirs = JSON.stringify(recorded(file))
      .replace(/startTime=\d+ and endTime=\d+/, `startTime=${start} and endTime=${end}`)
      .replace('Only 7 days', 'Only 8 days')
    expect(JSON.stringify(await ask(`interval=1m&period1=${start}&period2=${end}`))).toBe(theirs)
  })
})
