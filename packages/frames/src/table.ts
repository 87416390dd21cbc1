/** What a column holds, in the words of `TABLES` in `@openpredict/store`. `instant` is epoch milliseconds UTC. */
export type ColumnKind = 'text' | 'integer' | 'instant' | 'price' | 'number' | 'boolean' | 'json' | 'uuid'

/** One column of a table. */
export interface TableColumn {
  readonly kind: ColumnKind
  /** Whether `null` is a value. @default false */
  readonly nullable?: true
  /** May still change after the row was first written. @default false */
  readonly lifecycle?: true
  /** The only values a text column takes. */
  readonly values?: readonly string[]
}

/**
 * A table as this package needs to know it: its columns, in order. Those of `TABLES` in `@openpredict/store` are such,
 * and rows of your own can have one.
 */
export interface Table {
  readonly columns: Readonly<Record<string, TableColumn>>
}

type ValueOfKind<C extends TableColumn> = C extends { readonly values: readonly (infer V)[] }
  ? V
  : C['kind'] extends 'text' | 'uuid'
    ? string
    : C['kind'] extends 'boolean'
      ? boolean
      : C['kind'] extends 'json'
        ? Json
        : number

type ValueOf<C extends TableColumn> = C extends { readonly nullable: true } ? ValueOfKind<C> | null : ValueOfKind<C>

/** What a `json` column holds. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** A row of a table: one field a column. */
export type RowOf<T extends Table> = { readonly [C in keyof T['columns']]: ValueOf<T['columns'][C]> }
