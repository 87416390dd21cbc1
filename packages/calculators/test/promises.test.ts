import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { createEngine, FEATURE_TABLES, type FeatureTable, type RowsByTable } from '../src/index.ts'
import { cases, type Market, opened } from './cases.ts'
import { differences, keyOf, Ledger, SUBJECTS } from './laws.ts'
import { allowTime, runs } from './runs.ts'
import { lengthOf } from './markets.ts'

allowTime()

type Row = Readonly<Record<string, unknown>>

/** What may change in a row once it was handed over. Everything else may not. */
interface Lifecycle {
  /** Columns that may change while the row is not complete; the whole row is final in these once it is. */
  readonly whileRunning: readonly string[]
  /** Columns that may change at any time. */
  readonly always: readonly string[]
  /** Whether a change goes the one way that it may go. */
  readonly forward: (before: Row, after: Row) => boolean
}

/** A row of which nothing changes that could go backward. */
const ALWAYS_FORWARD = (): boolean => true

/** Whether an instant that something happened at stays once it is known. */
const staysKnown = (before: Row, after: Row, ...columns: readonly string[]): boolean =>
  columns.every((column) => before[column] === null || before[column] === after[column])

/** Whether numbers, and flags, only ever grow. */
const grows = (before: Row, after: Row, ...columns: readonly string[]): boolean =>
  columns.every((column) => Number(after[column]) >= Number(before[column]))

const LIFECYCLES: Readonly<Record<FeatureTable, Lifecycle>> = {
  reference_levels: {
    whileRunning: ['price', 'complete', 'confirmed_at'],
    always: ['timestamp'],
    forward: (before, after) =>
      grows(before, after, 'timestamp', 'complete') &&
      (String(after['level_type']).endsWith('_LOW') ? grows(after, before, 'price') : grows(before, after, 'price')),
  },
  fibonacci_pivots: {
    whileRunning: [],
    always: ['timestamp'],
    forward: (before, after) => grows(before, after, 'timestamp'),
  },
  liquidity_events: {
    whileRunning: [],
    always: ['reclaimed_at', 'hold_minutes', 'hold_confirmed', 'hold_bonus'],
    forward: (before, after) =>
      staysKnown(before, after, 'reclaimed_at') && grows(before, after, 'hold_minutes', 'hold_confirmed', 'hold_bonus'),
  },
  fvg: {
    whileRunning: [],
    always: ['filled', 'touched_at', 'half_filled_at', 'fill_timestamp', 'fill_fraction', 'inverted_at'],
    forward: (before, after) =>
      staysKnown(before, after, 'touched_at', 'half_filled_at', 'fill_timestamp', 'inverted_at') &&
      grows(before, after, 'filled', 'fill_fraction'),
  },
  hourly_blocks: {
    // Not the open: a block is there from its first bar on.
    whileRunning: [
      'high',
      'low',
      'close',
      'volume',
      'deviation_from_hour_open',
      'bias',
      'volatility_score',
      'complete',
      'confirmed_at',
    ],
    always: [],
    forward: (before, after) =>
      grows(before, after, 'high', 'volume', 'volatility_score', 'complete') && grows(after, before, 'low'),
  },
  market_structure: { whileRunning: [], always: [], forward: ALWAYS_FORWARD },
}

const isComplete = (row: Row): boolean => row['complete'] !== false

/** The rows that are known by an instant, without what may still change in them. */
function knownBy(asOf: number, table: FeatureTable, rows: readonly object[]): object[] {
  const { always } = LIFECYCLES[table]
  return rows
    .map((row) => row as Row)
    .filter(({ confirmed_at }) => typeof confirmed_at === 'number' && confirmed_at <= asOf)
    .map((row) => Object.fromEntries(Object.entries(row).filter(([column]) => !always.includes(column))))
}

/** The rows of all tables after each bar of a market, as somebody has them who wrote down every change. */
function* replayed(market: Market): Generator<ReadonlyMap<FeatureTable, readonly object[]>> {
  const engine = createEngine(market.options)
  const ledgers = new Map(FEATURE_TABLES.map((table) => [table, new Ledger(table)] as const))
  for (const bar of market.bars) {
    engine.next(bar)
    const changes = engine.takeChanges()
    for (const [table, ledger] of ledgers) ledger.write(changes[table])
    yield new Map([...ledgers].map(([table, ledger]) => [table, ledger.rows]))
  }
}

describe('the rows of all tables together', () => {
  it('stay: none disappears, and only what is still going on changes, one way', () => {
    fc.assert(
      fc.property(cases(), (plan) => {
        let before = new Map<string, Row>()
        for (const tables of replayed(opened(plan))) {
          const after = new Map<string, Row>()
          for (const [table, rows] of tables) {
            for (const row of rows) after.set(`${table} ${keyOf(table, row)}`, row as Row)
          }
          const broken = [...before].flatMap(([key, row]) => {
            const now = after.get(key)
            const { whileRunning, always, forward } = LIFECYCLES[key.split(' ')[0] as FeatureTable]
            if (now === undefined) return [`${key} disappeared`]
            if (!forward(row, now)) return [`${key} went backward`]
            const mayChange = isComplete(row) ? always : [...always, ...whileRunning]
            return Object.keys({ ...row, ...now })
              .filter((column) => row[column] !== now[column] && !mayChange.includes(column))
              .map((column) => `${key} has another ${column}`)
          })
          expect(broken).toEqual([])
          before = after
        }
      }),
      runs(60),
    )
  })

  it('never look ahead: what is known by an instant is the same whatever comes later', () => {
    fc.assert(
      fc.property(cases(), (plan) => {
        const market = opened(plan)
        const later = createEngine(market.options)
        later.feed(market.bars)
        later.advanceTo(Date.UTC(2040, 0))
        const all = later.takeChanges()
        let index = 0
        for (const tables of replayed(market)) {
          const asOf = (market.bars[index++]?.time ?? 0) + lengthOf(plan.plan.interval)
          for (const [table, rows] of tables) {
            const confirmed = rows.filter((row) => (row as Row)['confirmed_at'] !== null)
            const known = knownBy(asOf, table, rows)
            // Nothing is confirmed in the future.
            expect(known.length).toBe(confirmed.length)
            expect(differences(known, knownBy(asOf, table, all[table]), `${table} by ${asOf}`)).toEqual([])
          }
        }
      }),
      runs(60),
    )
  })

  it('are confirmed exactly when they are complete', () => {
    fc.assert(
      fc.property(cases(), (plan) => {
        for (const tables of replayed(opened(plan))) {
          const rows = [...tables.values()].flat().map((row) => row as Row)
          expect(rows.filter((row) => (row['confirmed_at'] === null) === isComplete(row))).toEqual([])
        }
      }),
      runs(40),
    )
  })

  it('are the same from the engine, one bar at a time or at once, as from the calculators alone', () => {
    fc.assert(
      fc.property(cases(), fc.integer({ min: 0, max: 2000 }), (plan, minutes) => {
        const market = opened(plan)
        const { bars, options, naive } = market
        const asOf = (bars.at(-1)?.time ?? 0) + lengthOf(plan.plan.interval) + minutes * 60_000
        const atOnce = createEngine(market.options)
        atOnce.feed(bars)
        atOnce.advanceTo(asOf)
        const single = createEngine(market.options)
        for (const bar of bars) single.next(bar)
        single.advanceTo(asOf)
        expect([atOnce.asOf, single.asOf]).toEqual([asOf, asOf])
        const [history, streamed] = [atOnce.takeChanges(), single.takeChanges()]
        const [current, streamedCurrent]: RowsByTable[] = [atOnce.current(), single.current()]
        for (const table of FEATURE_TABLES) {
          expect(differences(streamed[table], history[table], `${table} history`)).toEqual([])
          expect(differences(streamedCurrent?.[table] ?? [], current?.[table] ?? [], `${table} current`)).toEqual([])
        }
        for (const subject of SUBJECTS) {
          const alone = subject.create(options)
          alone.feed(bars)
          alone.advanceTo(asOf)
          expect(differences(history[subject.table], alone.takeChanges(), `${subject.table} alone`)).toEqual([])
          expect(
            differences(history[subject.table], subject.history(bars, { ...naive, asOf }), `${subject.table} history`),
          ).toEqual([])
          expect(
            differences(current?.[subject.table] ?? [], subject.current(bars, { ...naive, asOf }), 'current'),
          ).toEqual([])
        }
      }),
      runs(70),
    )
  })
})
