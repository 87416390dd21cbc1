import type { ColumnDescription, TableName, TABLES } from '../tables.ts'
import type { Json, Row } from '../rows.ts'

type Columns<T extends TableName> = (typeof TABLES)[T]['columns']

/** A value as the data API has it: instants are ISO 8601 texts there. */
type Sent<C, V> = C extends { readonly kind: 'instant' } ? Exclude<V, number> | string : V

type NullableColumn<T extends TableName> = {
  [C in keyof Columns<T>]: Columns<T>[C] extends { readonly nullable: true } ? C : never
}[keyof Columns<T>]

/** A row of a table as the data API has it. */
export type RestRow<T extends TableName> = {
  [C in keyof Columns<T>]: Columns<T>[C] extends ColumnDescription ? Sent<Columns<T>[C], Row<T>[C]> : never
}

/** A row to insert: what may be `null` may be left out. */
export type RestInsert<T extends TableName> = Omit<RestRow<T>, NullableColumn<T>> &
  Partial<Pick<RestRow<T>, NullableColumn<T>>>

interface View<R> {
  Row: R
  Relationships: []
}

/**
 * The tables, views and functions as `@supabase/supabase-js` wants their types, made from the description of the tables.
 *
 * @example
 * ```js
 * const client = createClient<Database>('https://abc.supabase.co', key)
 * const { data } = await client.from('reference_levels').select('level_type, price')
 * ```
 */
export interface Database {
  public: {
    Tables: {
      [T in TableName]: {
        Row: RestRow<T>
        Insert: RestInsert<T>
        Update: Partial<RestRow<T>>
        Relationships: []
      }
    }
    Views: {
      current_levels: View<
        Pick<
          RestRow<'reference_levels'>,
          | 'instrument'
          | 'level_type'
          | 'period_start'
          | 'period_end'
          | 'price'
          | 'complete'
          | 'timestamp'
          | 'confirmed_at'
        >
      >
      open_gaps: View<
        Pick<
          RestRow<'fvg'>,
          | 'instrument'
          | 'timeframe'
          | 'timestamp'
          | 'fvg_type'
          | 'gap_top'
          | 'gap_bottom'
          | 'gap_size'
          | 'fill_fraction'
          | 'touched_at'
          | 'half_filled_at'
          | 'confirmed_at'
        >
      >
      active_pools: View<
        Pick<
          RestRow<'reference_levels'>,
          'instrument' | 'level_type' | 'period_start' | 'period_end' | 'price' | 'confirmed_at'
        >
      >
      todays_events: View<Omit<RestRow<'liquidity_events'>, 'history_version' | 'as_of_version' | 'as_of'>>
      latest_cycle: View<Omit<RestRow<'collection_cycles'>, 'id'>>
    }
    Functions: {
      openpredict_replicate: { Args: { changes: Json; lease?: string }; Returns: Json }
      prune_before: { Args: { before: string }; Returns: { table_name: string; deleted: number }[] }
    }
  }
}
