import { BarSeries, instrumentOf } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { candles, createEngine, type FeatureTable, ReferenceLevels } from '../src/index.ts'
import { differences, Ledger, type Subject, SUBJECTS } from './laws.ts'
import { allowTime, FULL } from './runs.ts'
import { FILES, HAS_DATA, readBars } from './real-bars.ts'
import { candlesNaive, type NaiveTimeframe, TIMEFRAMES } from './reference/candles.ts'
import { currentLevelsByBar, LEVEL_TYPES } from './reference/reference-levels.ts'

const instrument = instrumentOf('NQ=F')

allowTime()

/** Bars that are compared as a rule. */
const MOST = 15_000

/** So many bars in a row, from a place that is another in each run and printed. */
function stretchOf<T>(bars: readonly T[]): readonly T[] {
  const from = Math.floor(Math.random() * (bars.length - MOST))
  process.stdout.write(`recorded bars: ${MOST} from the one at ${from} on\n`)
  return bars.slice(from, from + MOST)
}

/** The columns that tell what kind of row it is. */
const KINDS: Partial<Record<FeatureTable, readonly string[]>> = {
  liquidity_events: ['quality', 'event_type', 'direction'],
  fvg: ['fvg_type', 'filled'],
  hourly_blocks: ['bias'],
  market_structure: ['timeframe', 'break_type', 'direction', 'displacement_quality'],
}

describe.skipIf(!HAS_DATA).each(FILES)('recorded bars (skipped without the data folder): $file', (recorded) => {
  const { file, interval } = recorded
  const all = HAS_DATA ? readBars(file) : []
  // The reference takes its time: of a year, another stretch in each run. The command line is held to it over the whole.
  const bars = FULL || all.length <= MOST ? all : stretchOf(all)
  const options = { instrument, interval }
  const histories = new Map<string, object[]>()
  const historyOf = (subject: Subject): object[] => {
    const rows = histories.get(subject.table) ?? subject.history(bars, { interval })
    histories.set(subject.table, rows)
    return rows
  }

  it('are all there', () => {
    expect(all.length).toBe(recorded.bars)
  })

  it.each(SUBJECTS)('give the reference rows of $table, row for row, at once and bar by bar', (subject) => {
    const expected = historyOf(subject)
    expect(expected.length).toBeGreaterThan(60)
    expect(differences(subject.atOnce(BarSeries.from(bars), options), expected, 'at once')).toEqual([])
    const calculator = subject.create(options)
    const ledger = new Ledger(subject.table)
    for (const bar of bars) {
      calculator.next(bar)
      ledger.write(calculator.takeChanges())
    }
    expect(differences(ledger.rows, expected, 'bar by bar')).toEqual([])
    expect(differences(calculator.current(), subject.current(bars, { interval }), 'current')).toEqual([])
  })

  it('give the reference rows of the bars up to a quarter, a half and three quarters', () => {
    for (const part of FULL ? [0.25, 0.5, 0.75] : [0.5]) {
      const known = bars.slice(0, Math.floor(bars.length * part))
      for (const subject of SUBJECTS) {
        expect(
          differences(subject.atOnce(known, options), subject.history(known, { interval }), `${subject.table} ${part}`),
        ).toEqual([])
      }
    }
  })

  it('give the reference set of current levels after every bar', () => {
    const levels = new ReferenceLevels(options)
    // There are more sets than are worth the time: a step that is prime goes through all times of day.
    const step = FULL ? 1 : 7
    const wrong: string[] = []
    let index = 0
    for (const expected of currentLevelsByBar(bars, { interval })) {
      levels.feed(bars, index, ++index)
      if (index % step === 0) wrong.push(...differences(levels.current(), expected, `after ${index} bars`))
    }
    expect(wrong.slice(0, 50)).toEqual([])
    expect(index).toBe(bars.length)
  })

  it('give the same rows from an engine that is fed in portions', () => {
    const engine = createEngine(options)
    const ledgers = SUBJECTS.map((subject) => ({ subject, ledger: new Ledger(subject.table) }))
    for (let from = 0, size = 1; from < bars.length; from += size, size = (size * 7) % 1009) {
      engine.feed(bars, from, Math.min(bars.length, from + size))
      const changes = engine.takeChanges()
      for (const { subject, ledger } of ledgers) ledger.write(changes[subject.table])
    }
    for (const { subject, ledger } of ledgers) {
      expect(differences(ledger.rows, historyOf(subject), subject.table)).toEqual([])
    }
  })

  it('give the reference candles', () => {
    for (const timeframe of Object.keys(TIMEFRAMES) as NaiveTimeframe[]) {
      if (interval === '5m' && timeframe === '1m') continue
      expect(candles(bars, timeframe, { interval })).toEqual(candlesNaive(bars, timeframe, { interval }))
    }
  })

  it('have every level type', () => {
    const [levels] = SUBJECTS
    const found = new Set(levels?.atOnce(all, options).map((row) => (row as { level_type: string }).level_type))
    // Two weeks within one month have no open of a month that is known from its start.
    const missing = file.includes('dst') ? ['MONTHLY_OPEN'] : []
    expect(LEVEL_TYPES.filter((type) => !found.has(type))).toEqual(missing)
  })

  it('have every kind of event, gap, block and break', () => {
    const found = SUBJECTS.flatMap(({ table, atOnce }) =>
      atOnce(all, options).flatMap((row) =>
        (KINDS[table] ?? []).map((column) => String((row as Record<string, unknown>)[column])),
      ),
    )
    const kinds = 'CLEAN_SWEEP WICK RUN NEAR_MISS ASIA_RANGE SESSION_HL PREV_DAY_HL PREV_WEEK_HL EQUAL_HL'
    const others = 'BULLISH BEARISH NEUTRAL 15m 1H 4H BOS CHOCH STRONG MODERATE WEAK true false'
    // In two calm weeks no minute goes five points beyond a pool and comes back.
    const missing = interval === '1m' ? ['CLEAN_SWEEP'] : []
    expect(`${kinds} ${others}`.split(' ').filter((kind) => !found.includes(kind))).toEqual(missing)
  })
})
