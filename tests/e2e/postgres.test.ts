import { parseInstant } from '@openpredict/market'
import { comparableColumns, type TableName } from '@openpredict/store'
import { describe, expect, it } from 'vitest'

import { unavailable } from '../local-supabase/src/index.ts'
import { testDatabase } from './on-server.ts'
import { type Finished, Workplace } from './run-cli.ts'
import { startWorld } from './world.ts'

const START = parseInstant('2024-06-05T14:30:30Z')
/** Some of the tables that a cold start fills. */
const TABLES: readonly TableName[] = ['ohlc_data', 'reference_levels', 'liquidity_events', 'hourly_blocks']

/** The rows of a table as `export` writes them, but for what says when and by whom they were stored. */
async function exported(workplace: Workplace, table: TableName, store: string): Promise<readonly string[]> {
  const { code, stdout } = await workplace.run(['export', '--table', table, '--store', store, '--format', 'ndjson'])
  expect(code).toBe(0)
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.stringify(JSON.parse(line), [...comparableColumns(table)]))
}

/** Many commands one after the other, on a busy machine. */
const TIMEOUT = 120_000
const reason = unavailable()

describe.skipIf(reason !== undefined)('a store on a PostgreSQL server', () => {
  it(
    'is filled by run-once as a file is, looked at, and emptied',
    async () => {
      await using database = await testDatabase()
      await using world = await startWorld({ start: START })
      using workplace = new Workplace()
      const server = ['--store', database.url]
      const collect = (store: string): Promise<Finished> =>
        workplace.run(['run-once', '--source', world.source, '--store', store, '--json'])

      const cold = await collect(database.url)
      expect(cold).toMatchObject({ code: 0 })
      const again = await collect(database.url)
      expect(again).toMatchObject({ code: 0 })
      expect(JSON.parse(again.stdout)).toMatchObject({ status: 'success', barsNew: 0, rowsWritten: 0, cycle: 2 })
      expect(await collect('sqlite:nq.sqlite')).toMatchObject({ code: 0 })
      for (const table of TABLES) {
        const rows = await exported(workplace, table, database.url)
        expect(rows.length).toBeGreaterThan(10)
        expect(rows).toEqual(await exported(workplace, table, 'sqlite:nq.sqlite'))
      }

      const health = await workplace.run(['health', '--check-db', ...server])
      expect(health).toMatchObject({ code: 0, stderr: '' })
      expect(health.stdout).toMatch(/✔ store +postgres:\/\/.*schema \d+, written and read back, 6,\d{3} bars of NQ=F/)

      const status = await workplace.run(['db', 'status', ...server])
      expect(status.stdout).toMatch(/ohlc_data +6,\d{3}\n/)
      const unconfirmed = await workplace.run(['db', 'reset', ...server])
      expect(unconfirmed.code).toBe(2)
      expect(unconfirmed.stderr).toContain('deletes every row of postgres://')
      expect(await workplace.run(['db', 'reset', '--confirm', ...server])).toMatchObject({ code: 0, stderr: '' })
      const counts = await workplace.run(['db', 'status', '--json', ...server])
      const { tables } = JSON.parse(counts.stdout) as { readonly tables: Readonly<Record<string, number>> }
      for (const table of TABLES) expect(tables[table]).toBe(0)
      expect(tables['schema_migrations']).toBeGreaterThan(0)
      const { password } = new URL(database.url)
      for (const { stdout, stderr } of [cold, again, health, status, unconfirmed, counts]) {
        expect(stdout + stderr).not.toContain(password)
      }
    },
    TIMEOUT,
  )

  it('is the one that DATABASE_URL names, unless OPENPREDICT_STORE or --store says otherwise', async () => {
    await using database = await testDatabase()
    using workplace = new Workplace()
    const env = { DATABASE_URL: database.url }
    expect((await workplace.run(['db', 'migrate'], env)).stdout).toMatch(/^postgres:.* schema 0 → \d+\n$/)
    expect((await workplace.run(['db', 'migrate'], env)).stdout).toMatch(/^postgres:.* schema \d+, up to date\n$/)
    const file = { ...env, OPENPREDICT_STORE: 'sqlite:here.sqlite' }
    expect((await workplace.run(['db', 'migrate'], file)).stdout).toMatch(/here\.sqlite: schema 0 → \d+\n$/)
    const flag = await workplace.run(['db', 'status', '--store', database.url], file)
    expect(flag.stdout).toMatch(/^postgres:/)
  })

  it('has no file to back up, and says what to use', async () => {
    await using database = await testDatabase()
    using workplace = new Workplace()
    const { code, stderr } = await workplace.run(['db', 'backup', 'copy.sqlite', '--store', database.url])
    expect(stderr).toContain('pg_dump')
    expect(code).toBe(2)
  })
})
