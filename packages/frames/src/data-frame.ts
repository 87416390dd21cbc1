/** What is read of a data frame: those of danfojs-node and danfojs have it, and so may yours. */
export interface DataFrameLike {
  /** The names of the columns, in order. */
  readonly columns: readonly string[]
  /** Rows and columns. */
  readonly shape: readonly number[]
  /** One column; `values` holds a value for each row. */
  column(name: string): { readonly values: unknown }
}

/**
 * A DataFrame of danfojs-node, as far as its type is known without it. It is the real one and can do everything that
 * danfojs can; give `danfo` to `toDataFrame` to have its full type.
 */
export interface DataFrame extends DataFrameLike {
  /** One array a row. */
  readonly values: unknown
  /** The labels of the rows. */
  readonly index: readonly (string | number)[]
  /** danfojs's word for what each column holds. All numbers are kept as 64-bit floats, whatever it says. */
  readonly dtypes: readonly string[]
  /** The first rows. @default 5 */
  head(rows?: number): DataFrame
  /** The last rows. @default 5 */
  tail(rows?: number): DataFrame
  /** Prints a table to standard output. */
  print(): void
}

/** What is needed of danfojs-node, or of danfojs in a browser: how to make a frame of columns. */
export interface Danfo<F extends DataFrameLike> {
  readonly DataFrame: new (
    data: Record<string, unknown[]> | unknown[],
    options?: { columns?: string[]; dtypes?: string[] },
  ) => F
}
