import fc from 'fast-check'

import type { Store, StoreTransaction } from '../src/index.ts'
import {
  barAt,
  cycleRow,
  ES,
  errorRow,
  FEATURE_TABLES,
  FEATURES,
  level,
  MINUTE,
  NQ,
  T0,
} from '../src/testing/samples.ts'

/** One call of a transaction. */
export type Operation = (tx: StoreTransaction) => Promise<unknown>

const minute = fc.nat({ max: 12 })
const instrument = fc.constantFrom(NQ, ES)
const candle = fc.record({ minute, volume: fc.nat({ max: 2 }) }).map(({ minute: at, volume }) => barAt(at, { volume }))
const candles = fc.array(candle, { maxLength: 8 })
const origin = fc.record({ source: fc.constantFrom('a', 'b'), ingestedAt: fc.nat({ max: 5 }) })
/** Mostly the first history: writes of one that has not begun are refused. */
const version = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 2 }) })
const order = fc.record({ historyVersion: version, asOf: minute.map((n) => T0 + n * MINUTE) })
const levels = fc.array(
  fc
    .record({
      type: fc.constantFrom('NY_OPEN', 'ASIAN_HIGH', 'ASIAN_LOW'),
      price: fc.nat({ max: 1 }),
      known: fc.boolean(),
    })
    .map(({ type, price, known }) => level({ level_type: type as 'NY_OPEN', price, confirmed_at: known ? T0 : null })),
  { maxLength: 6 },
)
const id = fc.constantFrom(cycleRow().id, errorRow().id)
const suspects = fc.array(
  fc
    .record({ minute, seen: fc.integer({ min: 1, max: 3 }), since: fc.nat({ max: 2 }), admitted: fc.boolean() })
    .map(({ minute: at, seen, since, admitted }) => {
      const { time: timestamp, ...prices } = barAt(at)
      const row = { timestamp, ...prices, reason: `seen ${seen}`, first_seen_at: T0 + since, times_seen: seen }
      return { ...row, admitted_at: admitted ? T0 + since : null }
    }),
  { maxLength: 6 },
)
const missing = fc.array(
  fc.record({ minute, asked: fc.nat({ max: 3 }), healed: fc.boolean() }).map(({ minute: at, asked, healed }) => ({
    timestamp: T0 + at * MINUTE,
    state: asked > 1 ? ('absent_at_source' as const) : ('not_fetched' as const),
    times_asked: asked,
    first_asked_at: asked === 0 ? null : T0,
    last_asked_at: asked === 0 ? null : T0 + asked,
    healed_at: healed ? T0 + asked : null,
  })),
  { maxLength: 6 },
)

/** Any call of a transaction, with rows that meet those of other calls. */
export const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.tuple(instrument, candles, origin).map(
    ([on, bars, from]): Operation =>
      (tx) =>
        tx.putBars(on, bars, from),
  ),
  fc.tuple(instrument, candles, origin).map(
    ([on, bars, from]): Operation =>
      (tx) =>
        tx.reviseBars(on, bars, from),
  ),
  fc.tuple(instrument, candles).map(
    ([on, bars]): Operation =>
      (tx) =>
        tx.putHistoryBars(on, '5m', bars, { source: 'x' }),
  ),
  fc.tuple(instrument, levels, order).map(
    ([on, rows, at]): Operation =>
      (tx) =>
        tx.putRows('reference_levels', on, rows, at),
  ),
  fc.tuple(instrument, levels, order).map(
    ([on, rows, at]): Operation =>
      (tx) =>
        tx.replaceRows('reference_levels', on, rows, { ...at, replacedAt: T0 }),
  ),
  fc.tuple(instrument, fc.constantFrom(...FEATURE_TABLES), order).map(
    ([on, table, at]): Operation =>
      (tx) =>
        tx.putRows(table, on, [FEATURES[table]], at),
  ),
  instrument.map(
    (on): Operation =>
      (tx) =>
        tx.raiseHistoryVersion(on),
  ),
  fc.tuple(id, fc.nat({ max: 3 })).map(
    ([of, n]): Operation =>
      (tx) =>
        tx.putCycle(cycleRow({ id: of, cycle: n, finished_at: T0 + n })),
  ),
  fc.tuple(id, fc.string()).map(
    ([of, text]): Operation =>
      (tx) =>
        tx.putError(errorRow({ id: of, error_message: text, details: { text } })),
  ),
  fc.tuple(instrument, suspects).map(
    ([on, rows]): Operation =>
      (tx) =>
        tx.putSuspects(on, rows),
  ),
  fc.tuple(instrument, missing).map(
    ([on, rows]): Operation =>
      (tx) =>
        tx.putMissingMinutes(on, rows),
  ),
  fc.tuple(instrument, fc.array(minute), fc.nat({ max: 3 })).map(
    ([on, list, at]): Operation =>
      (tx) =>
        tx.markHealed(
          on,
          list.map((n) => T0 + n * MINUTE),
          T0 + at,
        ),
  ),
)

/** What a transaction of these operations answers, each refusal by its kind; `fails` takes it back at the end. */
export async function answersOf(store: Store, operations: readonly Operation[], fails: boolean): Promise<unknown> {
  const answers: unknown[] = []
  const work = store.transaction(async (tx) => {
    for (const run of operations) {
      answers.push(await run(tx).catch((error: unknown) => (error as { failure?: unknown }).failure))
    }
    if (fails) throw new Error('taken back')
  })
  await work.catch((error: unknown) => answers.push(String(error)))
  return JSON.parse(JSON.stringify(answers, plain))
}

function plain(_: string, value: unknown): unknown {
  return value instanceof Float64Array ? Array.from(value) : value
}
