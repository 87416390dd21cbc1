import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'

import { calendarOf } from './calendar-of.ts'
import { formatInstant, parseInstant } from './instant.ts'
import { instrumentOf } from './instrument.ts'
import { formatDate } from './trading-day.ts'

const MINUTE = 60_000
const FOLDER = process.env['OPENPREDICT_DATA'] ?? join(import.meta.dirname, '../../../../shared/data')
const SESSIONS = join(FOLDER, 'cme_globex_equity_sessions.csv')

const absent = !existsSync(SESSIONS) && process.env['OPENPREDICT_REQUIRE_DATA'] !== '1'
const note = absent ? ` (skipped: no reference data in ${FOLDER})` : ''

const calendar = calendarOf(instrumentOf('NQ=F'))

/** The lines of a CSV file without its header, cells apart. */
function rows(file: string): string[][] {
  const bytes = readFileSync(join(FOLDER, file))
  const text = file.endsWith('.gz') ? gunzipSync(bytes).toString() : bytes.toString()
  return text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','))
}

/** The open times of the bars of a file. */
const times = (file: string): number[] => rows(join('bars', file)).map(([time = '']) => parseInstant(time))

/** An instant as the reference writes it, without milliseconds. */
const text = (time: number): string => formatInstant(time).replace('.000Z', 'Z')

/** Whether each minute of the bar that opens at `time` is open. */
const isOpenThrough = (time: number, minutes: number): boolean =>
  calendar.openMinutes(time, time + minutes * MINUTE) === minutes

/**
 * Sessions that ended otherwise than the reference has it. CME Group announced 8:30 Chicago as the end of both: press
 * releases of 2 December 2018 ("CME Group U.S. Equity, Interest Rate Markets to Close for National Day of Mourning")
 * and 30 December 2024 ("CME Group Announces Trading Hours for U.S. National Day of Mourning").
 */
const CORRECTED = new Map([
  ['2018-12-05', '2018-12-05T14:30:00Z'],
  ['2025-01-09', '2025-01-09T14:30:00Z'],
])

/** Sessions of the reference on Good Fridays without a jobs report, on which nothing traded or will trade. */
const NOT_TRADED = new Set(['2024-03-29', '2025-04-18', '2027-03-26', '2028-04-14'])

describe.skipIf(absent)(`the sessions of 2018 to 2028 as pandas_market_calendars lists them${note}`, () => {
  const reference = absent ? [] : rows('cme_globex_equity_sessions.csv')

  it('are ours, row by row, but for two days of mourning', () => {
    expect(reference).toHaveLength(2_846)
    const found = reference.map(([, open = '']) => {
      const session = calendar.sessionOf(parseInstant(open))
      return session && [formatDate(session.label), text(session.start), text(session.end)]
    })
    expect(found).toEqual(
      reference.map(([label = '', open = '', close = '']) => [label, open, CORRECTED.get(label) ?? close]),
    )
  })

  it('are all of ours', () => {
    const listed = new Set(reference.map(([label = '']) => label))
    const ours = new Set<string>()
    for (let time = Date.UTC(2018, 0, 1, 12); time < Date.UTC(2028, 11, 30); time += 60 * MINUTE) {
      const session = calendar.sessionOf(time)
      if (session !== undefined) ours.add(formatDate(session.label))
    }
    expect(ours).toEqual(listed)
  })

  it('trade from the first minute to the last, but for Good Fridays without a jobs report', () => {
    for (const [label = '', open = '', close = ''] of reference) {
      const [start, end] = [parseInstant(open), parseInstant(CORRECTED.get(label) ?? close)]
      const edges = [start - 1, start, end - 1, end].map((time) => calendar.isOpen(time))
      const trades = !NOT_TRADED.has(label)
      expect([label, edges]).toEqual([label, [false, trades, trades, false]])
      expect([label, calendar.openMinutes(start, end) > 0]).toEqual([label, trades])
    }
  })
})

describe.skipIf(absent)(`real NQ bars${note}`, () => {
  it('lie in open minutes over Thanksgiving 2023, and only a minute without a trade has none', () => {
    const bars = times('nq_1m_2023-11-19_2023-12-04.csv.gz')
    expect(bars.filter((time) => !isOpenThrough(time, 1)).map(text)).toEqual([])
    expect(withoutBar(bars, 1)).toEqual(['2023-11-23T03:29:00Z'])
  })

  it('lie in open minutes all through 2019, and only an outage of the exchange has none', () => {
    const bars = times('nq_5m_2019.csv.gz')
    expect(bars).toHaveLength(70_002)
    expect(bars.filter((time) => !isOpenThrough(time, 5)).map(text)).toEqual([])
    // 26 February 2019, New York: Globex went silent at 19:45 and came back at 22:45.
    const silent = withoutBar(bars, 5)
    expect(silent).toHaveLength(36)
    expect([silent[0], silent.at(-1)]).toEqual(['2019-02-27T00:45:00Z', '2019-02-27T03:40:00Z'])
  })

  it('fill every open minute of 2019 once the outage is an exception', () => {
    const bars = times('nq_5m_2019.csv.gz')
    const outage = { kind: 'outage', start: Date.UTC(2019, 1, 27, 0, 45), end: Date.UTC(2019, 1, 27, 3, 45) } as const
    const known = calendarOf(instrumentOf('NQ=F'), { exceptions: [outage] })
    expect(known.openMinutes(Date.UTC(2019, 0, 1), Date.UTC(2020, 0, 1))).toBe(5 * bars.length)
    expect(bars.every((time) => known.isOpen(time))).toBe(true)
  })

  it('lie in open minutes over the change of the clock in March 2023', () => {
    const bars = times('nq_5m_2023-03-05_2023-03-17_dst.csv.gz')
    expect(bars).toHaveLength(2_668)
    expect(bars.filter((time) => !isOpenThrough(time, 5)).map(text)).toEqual([])
    // The contract was hardly traded at night before it became the front month; afterwards nothing is missing.
    expect(withoutBar(bars, 5).filter((time) => time > '2023-03-12')).toEqual([])
  })
})

/** The open times between the first and the last bar at which no bar opens. */
function withoutBar(bars: readonly number[], minutes: number): string[] {
  const present = new Set(bars)
  const missing: string[] = []
  for (let time = bars[0] ?? 0; time < (bars.at(-1) ?? 0); time += minutes * MINUTE) {
    if (isOpenThrough(time, minutes) && !present.has(time)) missing.push(text(time))
  }
  return missing
}
