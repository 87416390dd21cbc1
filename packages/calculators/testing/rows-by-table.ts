import { FEATURE_TABLES, type FeatureTable } from '../src/calculator.ts'
import type { RowsByTable } from '../src/engine/feature-rows.ts'
import { EXCHANGE } from '../src/exchange/exchange.ts'
import type { Revision } from '../src/engine/engine.ts'

/** Rows in the order of their tables, under the names of these. */
export function byTable(rows: readonly (readonly object[])[]): RowsByTable {
  return Object.fromEntries(FEATURE_TABLES.map((table, i) => [table, rows[i] ?? []])) as unknown as RowsByTable
}

/** The rows of each table as sorted text: whether two engines tell the same, in whatever order. */
export function asLines(rows: RowsByTable): Record<FeatureTable, string[]> {
  const lines = FEATURE_TABLES.map((table) => [table, rows[table].map((row) => JSON.stringify(row)).toSorted()])
  return Object.fromEntries(lines) as Record<FeatureTable, string[]>
}

/** How many rows there are in all. */
export function countOf(rows: RowsByTable): number {
  return FEATURE_TABLES.reduce((sum, table) => sum + rows[table].length, 0)
}

/** What somebody has who writes down every row that is handed over, and takes in every revision. */
export class Ledger {
  readonly #rows = new Map<string, { readonly table: FeatureTable; readonly row: object }>()

  /** Takes in rows, new or with new values. */
  write(rows: RowsByTable): void {
    for (const table of FEATURE_TABLES) {
      for (const row of rows[table]) this.#rows.set(keyOf(table, row), { table, row })
    }
  }

  /** Takes in a revision. */
  correct({ gone, come }: Revision): void {
    for (const table of FEATURE_TABLES) for (const row of gone[table]) this.#rows.delete(keyOf(table, row))
    this.write(come)
  }

  get rows(): RowsByTable {
    const all = [...this.#rows.values()]
    return byTable(FEATURE_TABLES.map((name) => all.filter(({ table }) => table === name).map(({ row }) => row)))
  }
}

function keyOf(table: FeatureTable, row: object): string {
  const values = row as Readonly<Record<string, unknown>>
  return [table, ...EXCHANGE[table].key.map((column) => String(values[column]))].join(' ')
}
