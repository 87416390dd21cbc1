import type { FibonacciPivotRow, ReferenceLevelRow } from '@openpredict/calculators'
import type { Row } from '@openpredict/store'

import type { QualityCheck } from './quality-report.ts'
import { checkOf, counted, Tally } from './tally.ts'

/** Fewer of a type than this share of what must be there is a failure: some calculator does not run. */
const LEAST_SHARE = 0.8
/** Prices are exact to the instrument's decimals, six at the most. */
const SAME_PRICE = 1e-6

/** What is expected of levels and pivots, and what is stored. */
export interface LevelEvidence {
  readonly levels: readonly ReferenceLevelRow[]
  readonly pivots: readonly FibonacciPivotRow[]
  readonly storedLevels: readonly Row<'reference_levels'>[]
  readonly storedPivots: readonly Row<'fibonacci_pivots'>[]
}

/** What the checks of levels say, and what the score needs of them. */
export interface LevelResult {
  readonly checks: readonly QualityCheck[]
  /** The mean share of what must be there, over all types; `undefined` when nothing must. */
  readonly coverage: number | undefined
  /** How many rows that are there were compared, and how many of them agree. */
  readonly compared: number
  readonly agreeing: number
}

/** Compares stored levels and pivots, by type, with those that the bars give. */
export function levelChecks(evidence: LevelEvidence, keep: number): LevelResult {
  const values = new Tally(keep)
  const levels = compare({
    id: 'levels',
    expected: evidence.levels.map((row) => ({ ...row, type: row.level_type, isFinal: row.confirmed_at !== null })),
    stored: evidence.storedLevels.map((row) => ({ ...row, type: row.level_type })),
    values,
    keep,
  })
  const pivots = compare({
    id: 'pivots',
    expected: evidence.pivots.map((row) => ({ ...row, type: `${row.period} ${row.level}`, isFinal: true })),
    stored: evidence.storedPivots.map((row) => ({ ...row, type: `${row.period} ${row.level}` })),
    values,
    keep,
  })
  const shares = [...levels.shares, ...pivots.shares]
  const compared = levels.compared + pivots.compared
  const summary =
    values.found > 0
      ? `${counted(values.found, 'row')} of ${compared} with another price`
      : `all of ${counted(compared, 'row')}`
  return {
    checks: [
      levels.check,
      pivots.check,
      checkOf('values', values.found > 0 ? 'failed' : 'passed', summary, {
        counts: { compared, differing: values.found },
        tally: values,
      }),
    ],
    coverage: shares.length === 0 ? undefined : shares.reduce((sum, share) => sum + share, 0) / shares.length,
    compared,
    agreeing: compared - values.found,
  }
}

interface Level {
  readonly type: string
  readonly period_start: number
  readonly price: number
}

interface Comparison {
  readonly id: 'levels' | 'pivots'
  /** `isFinal`: its price does not change any more. */
  readonly expected: readonly (Level & { readonly isFinal: boolean })[]
  readonly stored: readonly Level[]
  readonly values: Tally
  readonly keep: number
}

function compare({ id, expected, stored, values, keep }: Comparison): {
  readonly check: QualityCheck
  readonly shares: readonly number[]
  readonly compared: number
} {
  const found = new Map(stored.map((row) => [`${row.type} ${row.period_start}`, row]))
  const types = new Map<string, { expected: number; stored: number }>()
  const missing = new Tally(keep)
  let compared = 0
  for (const row of expected) {
    const count = types.get(row.type) ?? { expected: 0, stored: 0 }
    types.set(row.type, count)
    count.expected++
    const match = found.get(`${row.type} ${row.period_start}`)
    if (match === undefined) missing.add(row.period_start, () => `${row.type} ${row.price} is not there`)
    else {
      count.stored++
      if (!row.isFinal) continue
      compared++
      if (Math.abs(match.price - row.price) > SAME_PRICE)
        values.add(row.period_start, () => `${row.type} is ${match.price}, and the bars say ${row.price}`)
    }
  }
  const short = [...types].filter(([, count]) => count.stored < count.expected)
  const isFailed = short.some(([, count]) => count.stored < count.expected * LEAST_SHARE)
  const thing = id === 'levels' ? 'level' : 'pivot'
  const summary =
    short.length > 0
      ? short.map(([type, count]) => `${type} ${count.stored} of ${count.expected}`).join(', ')
      : `all of ${counted(expected.length, thing)} of ${counted(types.size, 'type')}`
  const check = checkOf(id, isFailed ? 'failed' : short.length > 0 ? 'warning' : 'passed', summary, {
    counts: { expected: expected.length, stored: expected.length - missing.found, types: types.size },
    tally: missing,
  })
  return { check, shares: [...types.values()].map((count) => count.stored / count.expected), compared }
}
