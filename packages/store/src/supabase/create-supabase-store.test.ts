import { localSupabase, unavailable } from '@openpredict/local-supabase'
import { describe, expect, it } from 'vitest'

import { knowsFunctions, testProject } from '../../test/on-data-api.ts'
import { testDatabase } from '../../test/on-server.ts'
import { realClock } from '../../test/real-clock.ts'
import { ROWS } from '../../test/rows-of-all-tables.ts'
import { openStore } from '../open-store.ts'
import { migrations } from '../postgres/migrations.ts'
import { TABLE_NAMES, type TableName, tableOf } from '../tables.ts'
import { errorRow } from '../testing/samples.ts'
import { createSupabaseStore, pendingMigrationsSql } from './index.ts'
import { encodeRow } from './row-codec.ts'

const reason = unavailable('data API')

describe.skipIf(reason !== undefined)('opening', () => {
  it('goes by a URL that says supabase, and shows no key', async () => {
    await using here = await testProject()
    const { url, keys } = here.project
    const store = await openStore(`supabase:${url}/`, { clock: realClock, supabaseKey: keys.serviceRole })
    expect(store).toMatchObject({ kind: 'supabase', location: `supabase:${url}` })
    await expect(store.probe()).resolves.toBeUndefined()
    await expect(store.backup('x')).rejects.toMatchObject({ code: 'misuse', hint: expect.stringContaining('pg_dump') })
    await store.close()
  })

  it('wants the key', async () => {
    const opening = openStore('supabase:https://abc.supabase.co', { clock: realClock })
    await expect(opening).rejects.toMatchObject({ code: 'auth', hint: expect.stringContaining('SUPABASE_KEY') })
  })

  it('refuses every write when it is only for reading', async () => {
    await using here = await testProject()
    const store = await here.open({ readOnly: true })
    const refused = { code: 'read-only' }
    await expect(store.transaction(() => {})).rejects.toMatchObject(refused)
    await expect(store.replicate({ rows: { error_log: [errorRow()] } })).rejects.toMatchObject(refused)
    await expect(store.probe()).rejects.toMatchObject(refused)
    await expect(store.reset()).rejects.toMatchObject(refused)
    await expect(store.prune(0)).rejects.toMatchObject(refused)
    expect(await store.countRows('error_log')).toBe(0)
  })

  it('says what to do where there are no tables yet, and what came of it', async () => {
    await using here = await testDatabase()
    const { url, keys } = await (await localSupabase()).startDataApi(here.database)
    const options = { url, key: keys.serviceRole, clock: realClock }
    const { length: latest } = migrations()
    const pending = {
      failure: { kind: 'older-schema', found: 0, latest },
      hint: expect.stringContaining('DATABASE_URL'),
    }
    await expect(createSupabaseStore(options)).rejects.toMatchObject(pending)
    await using store = await createSupabaseStore({ ...options, migrate: false })
    const { version } = await store.schema()
    expect(version).toBe(0)
    await expect(store.migrate()).rejects.toMatchObject(pending)
    await expect(store.countRows('fvg')).rejects.toMatchObject({ code: 'older-schema' })
    await expect(store.probe()).rejects.toMatchObject({ code: 'older-schema' })
    await expect(store.replicate({ rows: { error_log: [errorRow()] } })).rejects.toMatchObject({ code: 'older-schema' })
    await here.client.query(pendingMigrationsSql(version))
    // The data API looks again when it is told to, and takes its time.
    while (!(await knowsFunctions({ url, keys })));
    expect(await store.migrate()).toEqual({ from: latest, to: latest, applied: [] })
    await (await createSupabaseStore(options)).probe()
  })

  it('refuses tables that are newer, or that came about otherwise', async () => {
    await using here = await testProject()
    await here.client.query(`UPDATE schema_migrations SET checksum = 'x' WHERE version = 2`)
    await expect(here.open()).rejects.toMatchObject({ failure: { kind: 'changed-migration', version: 2 } })
    await here.client.query(`INSERT INTO schema_migrations VALUES (99, now(), 'x')`)
    await expect(here.open()).rejects.toMatchObject({ failure: { kind: 'newer-schema', found: 99 } })
  })
})

describe.skipIf(reason !== undefined)('the rules of the tables', () => {
  it('refuse numbers that are none and instants that never come, whoever sends them', async () => {
    await using here = await testProject()
    const { url, keys } = here.project
    const headers = { apikey: keys.serviceRole, 'content-type': 'application/json' }
    const post = async (table: TableName, change: object): Promise<unknown> => {
      const body = JSON.stringify({ ...encodeRow(table, ROWS[table]), ...change })
      const response = await fetch(`${url}/rest/v1/${table}`, { method: 'POST', headers, body })
      return response.status === 201 ? 'stored' : ((await response.json()) as { message: string }).message
    }
    for (const table of TABLE_NAMES.filter((name) => name !== 'schema_migrations')) {
      const { columns } = tableOf(table)
      for (const [name, { kind }] of Object.entries(columns)) {
        if (kind !== 'price' && kind !== 'number' && kind !== 'instant') continue
        const values = kind === 'instant' ? ['infinity', '-infinity'] : ['NaN', 'Infinity', '-Infinity']
        for (const value of values) {
          // A candle with such a price, or a number out of its range, breaks another rule as well.
          const rule = `(${name}_is_${kind}|${name}_range|(high|low)_at_(least|most)_\\w+)`
          expect(await post(table, { [name]: value })).toMatch(
            new RegExp(`^new row .* violates check constraint "${rule}"$`),
          )
        }
      }
      expect({ table, answer: await post(table, {}) }).toEqual({ table, answer: 'stored' })
    }
    const nan = { open: 'NaN', high: 'NaN', low: 'NaN', close: 'NaN' }
    expect(await post('ohlc_data', nan)).toMatch(/_is_price/)
  })

  it('are named when one row of a batch breaks one, and nothing of the batch is stored', async () => {
    await using here = await testProject()
    const store = await here.open()
    // A rule that only the database has: the checks of this program let it through.
    await here.client.query('ALTER TABLE error_log ADD CONSTRAINT no_hush CHECK (operation <> $$hush$$)')
    const rows = Array.from({ length: 50 }, (_, n) =>
      errorRow({
        id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
        operation: n === 30 ? 'hush' : 'fetch',
        error_message: 'a value of the row',
      }),
    )
    const rule = { failure: { kind: 'constraint', table: 'error_log', constraint: 'no_hush' } }
    await expect(store.replicate({ rows: { error_log: rows } })).rejects.toMatchObject(rule)
    const work = store.transaction(async (tx) => {
      for (const row of rows) await tx.putError(row)
    })
    await expect(work).rejects.toMatchObject(rule)
    await expect(work).rejects.not.toThrow(/a value of the row/)
    expect(await here.postgres.countRows('error_log')).toBe(0)
  })
})
