import { FEATURE_TABLES, type FeatureTable } from '../calculator.ts'
import { EXCHANGE } from '../exchange/exchange.ts'
import type { RowsByTable } from './feature-rows.ts'

/** Rows of all tables, each known by its key. */
export class RowsByKey {
  readonly #tables = new Map<FeatureTable, Map<string, object>>(FEATURE_TABLES.map((table) => [table, new Map()]))

  /** Adds rows of one table; a row that is there already gives way. */
  put(table: FeatureTable, rows: readonly object[]): void {
    const known = this.#tables.get(table)
    for (const row of rows) known?.set(keyOf(table, row), row)
  }

  /** The rows that another collection lacks, or has with other values. */
  notIn(other: RowsByKey): RowsByTable {
    const entries = [...this.#tables].map(([table, rows]) => {
      const others = other.#tables.get(table)
      return [table, [...rows].filter(([key, row]) => !isSame(row, others?.get(key))).map(([, row]) => row)]
    })
    return Object.fromEntries(entries)
  }
}

function keyOf(table: FeatureTable, row: object): string {
  const values = row as Readonly<Record<string, unknown>>
  return EXCHANGE[table].key.map((column) => String(values[column])).join(' ')
}

function isSame(row: object, other: object | undefined): boolean {
  if (other === undefined) return false
  const values = other as Readonly<Record<string, unknown>>
  return Object.entries(row).every(([column, value]) => values[column] === value)
}
