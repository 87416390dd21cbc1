import type { PivotLevel } from './fibonacci-levels.ts'

/**
 * A row of `fibonacci_pivots`: one pivot of one trading day or week. Instants are epoch ms; the price is in points, rounded
 * to the instrument's decimals.
 */
export interface FibonacciPivotRow {
  readonly period: 'DAILY' | 'WEEKLY'
  /** The start of the trading day or week that the pivot is for. */
  readonly period_start: number
  readonly level: PivotLevel
  readonly price: number
  /** The close of the last bar for which the pivot was current. */
  readonly timestamp: number
  /** The close of the first bar of the day or week that the pivot is for. */
  readonly confirmed_at: number
}
