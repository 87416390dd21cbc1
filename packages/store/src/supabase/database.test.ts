import { unavailable } from '@openpredict/local-supabase'
import { createClient } from '@supabase/supabase-js'
import { describe, expect, expectTypeOf, it } from 'vitest'

import { testProject } from '../../test/on-data-api.ts'
import { columnsOf } from '../internal/columns.ts'
import { type ColumnKind, TABLE_NAMES, tableOf } from '../tables.ts'
import { T0 } from '../testing/samples.ts'
import type { Database, RestRow } from './database.ts'

const FORMATS: Readonly<Record<ColumnKind, string>> = {
  text: 'text',
  uuid: 'uuid',
  json: 'jsonb',
  integer: 'bigint',
  instant: 'timestamp with time zone',
  boolean: 'boolean',
  price: 'numeric',
  number: 'double precision',
}

/** What the views show, as `Database` says it. */
const VIEWS: {
  readonly [V in keyof Database['public']['Views']]: readonly (keyof Database['public']['Views'][V]['Row'])[]
} = {
  current_levels: [
    'instrument',
    'level_type',
    'period_start',
    'period_end',
    'price',
    'complete',
    'timestamp',
    'confirmed_at',
  ],
  open_gaps: [
    ...([
      'instrument',
      'timeframe',
      'timestamp',
      'fvg_type',
      'gap_top',
      'gap_bottom',
      'gap_size',
      'fill_fraction',
    ] as const),
    ...(['touched_at', 'half_filled_at', 'confirmed_at'] as const),
  ],
  active_pools: ['instrument', 'level_type', 'period_start', 'period_end', 'price', 'confirmed_at'],
  todays_events: [
    ...(['instrument', 'level_type', 'period_start', 'timestamp', 'quality', 'event_type', 'direction'] as const),
    ...(['level_price', 'sweep_price', 'quality_score', 'reclaimed_at', 'hold_minutes', 'hold_confirmed'] as const),
    ...(['hold_bonus', 'event_weight', 'confirmed_at'] as const),
  ],
  latest_cycle: [
    ...([
      'instrument',
      'cycle',
      'started_at',
      'finished_at',
      'duration_ms',
      'waiting_ms',
      'status',
      'failed_step',
    ] as const),
    ...(['error_category', 'bars_fetched', 'bars_new', 'rows_written', 'step_ms', 'host', 'version'] as const),
  ],
}

interface Definition {
  readonly required?: readonly string[]
  readonly properties: Readonly<Record<string, { readonly format: string; readonly description?: string }>>
}

const reason = unavailable('data API')

describe.skipIf(reason !== undefined)('the types of the client', () => {
  it('are those of the tables that the data API shows', async () => {
    await using here = await testProject()
    const { url, keys } = here.project
    const root = await fetch(`${url}/rest/v1/`, { headers: { apikey: keys.serviceRole } })
    const { definitions } = (await root.json()) as { readonly definitions: Readonly<Record<string, Definition>> }
    expect(Object.keys(definitions).toSorted()).toEqual(
      [...TABLE_NAMES, ...Object.keys(VIEWS), 'store_leases'].toSorted(),
    )
    for (const table of TABLE_NAMES) {
      const { properties, required = [] } = definitions[table] as Definition
      const found = Object.entries(properties).map(([name, { format }]) => ({ name, format }))
      const columns = columnsOf(table)
      expect(found).toEqual(columns.map(({ name, description: { kind } }) => ({ name, format: FORMATS[kind] })))
      expect(required).toEqual(
        columns.flatMap(({ name, description }) => (description.nullable === true ? [] : [name])),
      )
      const key = Object.entries(properties).filter(([, { description }]) => description?.includes('<pk/>') === true)
      expect(key.map(([name]) => name).toSorted()).toEqual(tableOf(table).key.toSorted())
    }
    for (const [view, columns] of Object.entries(VIEWS)) {
      expect(Object.keys(definitions[view]?.properties ?? {})).toEqual(columns)
    }
  })

  it('are those of the rows that the client reads', async () => {
    await using here = await testProject()
    const { url, keys } = here.project
    const client = createClient<Database>(url, keys.serviceRole, { auth: { persistSession: false } })
    const timestamp = new Date(T0).toISOString()
    const prices = { open: 1, high: 2, low: 1, close: 2 }
    const inserted = await client
      .from('ohlc_data')
      .insert({ instrument: 'X', timestamp, ...prices, volume: 3, source: 'test', ingested_at: timestamp, revision: 0 })
    expect(inserted.error).toBeNull()
    const { data } = await client.from('ohlc_data').select('timestamp, close').eq('instrument', 'X')
    expectTypeOf(data).toEqualTypeOf<{ timestamp: string; close: number }[] | null>()
    expect(data).toEqual([{ timestamp: '2024-07-01T14:30:00+00:00', close: 2 }])
    const pruned = await client.rpc('prune_before', { before: '2000-01-01T00:00:00Z' })
    expectTypeOf(pruned.data).toEqualTypeOf<{ table_name: string; deleted: number }[] | null>()
    expect(pruned.data?.[0]).toEqual({ table_name: 'ohlc_data', deleted: 0 })
  })
})

it('have instants as texts and enumerations as what they are', () => {
  expectTypeOf<RestRow<'reference_levels'>['confirmed_at']>().toEqualTypeOf<string | null>()
  expectTypeOf<RestRow<'ohlc_data'>['timestamp']>().toEqualTypeOf<string>()
  expectTypeOf<RestRow<'fvg'>['fvg_type']>().toEqualTypeOf<'BULLISH' | 'BEARISH'>()
  expectTypeOf<RestRow<'hourly_blocks'>['open']>().toEqualTypeOf<number>()
  expectTypeOf<Database['public']['Tables']['fvg']['Insert']['touched_at']>().toEqualTypeOf<string | null | undefined>()
  // @ts-expect-error -- a column that is never null must be given
  expectTypeOf<Database['public']['Tables']['fvg']['Insert']>().toExtend<{ gap_top?: undefined }>()
})
