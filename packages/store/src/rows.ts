import type { ColumnDescription, FeatureTableName, TABLES, TableName } from './tables.ts'

/** What a `json` column holds. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

type ValueOfKind<C extends ColumnDescription> = C extends { readonly values: readonly (infer V)[] }
  ? V
  : C['kind'] extends 'text' | 'uuid'
    ? string
    : C['kind'] extends 'boolean'
      ? boolean
      : C['kind'] extends 'json'
        ? Json
        : number

type ValueOf<C extends ColumnDescription> = C extends { readonly nullable: true }
  ? ValueOfKind<C> | null
  : ValueOfKind<C>

type Columns<T extends TableName> = (typeof TABLES)[T]['columns']

/** A column of a table. */
export type ColumnName<T extends TableName> = keyof Columns<T> & string

/**
 * A row of a table as it is read: one field a column, by the column's name. Instants are epoch milliseconds UTC, an
 * empty nullable column is `null`.
 */
export type Row<T extends TableName> = {
  readonly [C in keyof Columns<T>]: Columns<T>[C] extends ColumnDescription ? ValueOf<Columns<T>[C]> : never
}

/** The columns that the store fills in by itself when a feature row is written. */
type OrderColumn = 'instrument' | 'history_version' | 'as_of_version' | 'as_of'

/** A row as a calculator hands it out: the instrument and the place in history are given beside it. */
export type FeatureRow<T extends FeatureTableName> = Omit<Row<T>, OrderColumn>

/** Tells apart what a row without its instrument needs. */
export type WithoutInstrument<T extends TableName> = Omit<Row<T>, 'instrument'>
