import { type Bar, createManualClock } from '@openpredict/market'
import { openStore, type Store, TABLE_NAMES } from '@openpredict/store'
import { describe, expect, it } from 'vitest'

import { localSupabase, unavailable } from '../local-supabase/src/index.ts'
import { testDatabase } from './on-server.ts'
import { Workplace } from './run-cli.ts'

const T0 = Date.UTC(2024, 6, 1, 14, 30)
const MINUTE = 60_000
const BARS = 26_000

/** Makes the server fall asleep at a bar, in the midst of the transaction that writes it. */
const PAUSES = `
  CREATE TABLE pauses AS SELECT now() AS at;
  CREATE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN IF NEW.timestamp = (SELECT at FROM pauses) THEN PERFORM pg_sleep(25); END IF; RETURN NEW; END';
  CREATE TRIGGER pause BEFORE INSERT ON ohlc_data FOR EACH ROW EXECUTE FUNCTION pause()`
const SLEEPING = "pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"

async function open(url: string): Promise<Store> {
  return await openStore(url, { clock: createManualClock(T0) })
}

/** A store with many bars, a correction, levels, a cycle and an error. */
async function fill(url: string, bars = 50): Promise<void> {
  await using store = await open(url)
  const origin = { source: 'test', ingestedAt: T0 }
  const bar = (i: number, volume = i): Bar => ({
    time: T0 + i * MINUTE,
    open: 100.25,
    high: 101,
    low: 100,
    close: 100.5,
    volume,
  })
  await store.transaction(async (tx) => {
    await tx.putBars(
      'NQ=F',
      Array.from({ length: bars }, (_, i) => bar(i)),
      origin,
    )
    const historyVersion = await tx.raiseHistoryVersion('NQ=F')
    await tx.reviseBars('NQ=F', [bar(3, 999)], origin)
    const level = {
      level_type: 'NY_OPEN' as const,
      price: 100.25,
      period_end: T0,
      complete: true,
      timestamp: T0,
      confirmed_at: T0,
    }
    const levels = Array.from({ length: 20 }, (_, i) => ({ ...level, period_start: T0 + i * MINUTE }))
    await tx.putRows('reference_levels', 'NQ=F', levels, { historyVersion, asOf: T0 })
  })
}

async function rowsOf(url: string): Promise<Readonly<Record<string, readonly unknown[]>>> {
  await using store = await open(url)
  const tables = TABLE_NAMES.filter((table) => table !== 'schema_migrations')
  return Object.fromEntries(await Promise.all(tables.map(async (table) => [table, await store.readRows(table)])))
}

interface Copied {
  readonly verified: boolean
  readonly tables: readonly {
    readonly table: string
    readonly inserted: number
    readonly replaced: number
    readonly source: object
    readonly target: object
  }[]
}

const reason = unavailable()

describe('db copy', () => {
  it('copies a file to another, shows each table, and has nothing to do the second time', async () => {
    using workplace = new Workplace()
    const [from, to] = [workplace.path('a.sqlite'), workplace.path('b.sqlite')].map((path) => `sqlite:${path}`)
    await fill(`${from}`)
    const copy = ['db', 'copy', '--from', `${from}`, '--to', `${to}`]
    const first = await workplace.run(copy)
    expect(first).toMatchObject({ code: 0, stderr: '' })
    expect(first.stdout).toMatch(/ohlc_data +50 +50 +0 +0 +[0-9a-f]{12}\nohlc_revisions +1 +1 +0 +0/)
    expect(first.stdout).toMatch(/b\.sqlite: 72 rows of .*a\.sqlite, all there, compared by counts and checksums/)
    expect(await rowsOf(`${to}`)).toEqual(await rowsOf(`${from}`))
    const { code, stdout } = await workplace.run([...copy, '--json'])
    expect(code).toBe(0)
    const copied = JSON.parse(stdout) as Copied
    expect(copied.verified).toBe(true)
    for (const { inserted, replaced, source, target } of copied.tables) {
      expect({ inserted, replaced, target }).toEqual({ inserted: 0, replaced: 0, target: source })
    }
  })

  it.each([
    [['--from', 'sqlite:a.sqlite', '--to', 'sqlite:./a.sqlite'], 2, 'it is the one that is copied'],
    [['--from', 'sqlite:a.sqlite', '--to', 'mysql://me:hunter2@host/db'], 2, 'a mysql store'],
    [['--from', 'sqlite:nothing.sqlite', '--to', 'sqlite:b.sqlite'], 4, 'there is nothing to read'],
    [['--from', 'sqlite:a.sqlite', '--to', 'supabase:https://abc.supabase.co'], 2, 'SUPABASE_KEY is not set'],
    [['--from', 'sqlite:a.sqlite'], 2, "required option '--to <url>'"],
  ])('refuses %j', async (args, expected, message) => {
    using workplace = new Workplace()
    await fill(`sqlite:${workplace.path('a.sqlite')}`, 5)
    const { code, stdout, stderr } = await workplace.run(['db', 'copy', ...args])
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('hunter2')
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' })
  })
})

describe.skipIf(reason !== undefined)('db copy to and from a server', () => {
  it('goes on after it was killed, and after Ctrl-C, and ends with the same rows on both sides', async () => {
    await using database = await testDatabase()
    using workplace = new Workplace()
    const from = `sqlite:${workplace.path('a.sqlite')}`
    await fill(from, BARS)
    expect(await workplace.run(['db', 'migrate', '--store', database.url])).toMatchObject({ code: 0 })
    const copy = ['db', 'copy', '--from', from, '--to', database.url, '--json']
    await database.sql(PAUSES)
    const stops = [
      { signal: 'SIGKILL', minute: 7_000, bars: 5_000, ended: { signal: 'SIGKILL', stdout: '' } },
      {
        signal: 'SIGINT',
        minute: 22_000,
        bars: 20_000,
        ended: { code: 130, stdout: '', stderr: expect.stringContaining('the same command goes on with the rest') },
      },
    ] as const
    for (const { signal, minute, bars, ended } of stops) {
      await database.sql(`UPDATE pauses SET at = to_timestamp(${T0 / 1_000 + minute * 60})`)
      const { child, finished } = workplace.start(copy)
      while ((await database.sql(`SELECT ${SLEEPING}`)).length === 0);
      child.kill(signal)
      expect(await finished).toMatchObject(ended)
      await database.adminSql(`SELECT pg_terminate_backend(pid), ${SLEEPING}`)
      expect(await database.sql('SELECT count(*)::int AS bars FROM ohlc_data')).toEqual([{ bars }])
    }
    await database.sql('DROP TABLE pauses CASCADE; DROP FUNCTION pause() CASCADE')
    const { code, stdout } = await workplace.run(copy)
    expect(code).toBe(0)
    const copied = JSON.parse(stdout) as Copied
    expect(copied.verified).toBe(true)
    expect(copied.tables[0]).toMatchObject({ table: 'ohlc_data', inserted: BARS - 20_000 })
    expect(copied.tables.find(({ table }) => table === 'ohlc_revisions')).toMatchObject({ target: { rows: 1 } })

    const back = `sqlite:${workplace.path('b.sqlite')}`
    const returned = await workplace.run(['db', 'copy', '--from', database.url, '--to', back])
    expect(returned).toMatchObject({ code: 0, stderr: '' })
    expect(await rowsOf(back)).toEqual(await rowsOf(from))
    expect(returned.stdout + stdout).not.toContain(new URL(database.url).password)
  }, 120_000)

  it('says what is other in the target, repairs what it may, and ends with 1 when something is left', async () => {
    await using database = await testDatabase()
    using workplace = new Workplace()
    const from = `sqlite:${workplace.path('a.sqlite')}`
    await fill(from)
    const copy = ['db', 'copy', '--from', from, '--to', database.url]
    expect(await workplace.run(copy)).toMatchObject({ code: 0 })
    await database.sql("UPDATE ohlc_data SET close = high WHERE timestamp = '2024-07-01T14:50:00Z'")
    await database.sql(
      "UPDATE reference_levels SET as_of = as_of + interval '1 s', price = 7 WHERE period_start = '2024-07-01T14:40:00Z'",
    )
    const repaired = await workplace.run(copy)
    expect(repaired.stdout).toMatch(/ohlc_data +50 +0 +1 +0 /)
    expect(repaired.stdout).toContain('reference_levels: 1 row newer in the target, kept as they are there')
    expect(repaired.code).toBe(0)
    await database.sql('UPDATE ohlc_revisions SET volume = 7')
    const left = await workplace.run(copy)
    expect(left.stdout).toContain('ohlc_revisions: 1 row other in the target; this table is only added to')
    expect(left.stdout).toContain('NOT all there')
    expect(left.code).toBe(1)
  })
})

describe.skipIf(unavailable('data API') !== undefined)('db copy to and from a Supabase project', () => {
  it('goes over its data API, with SUPABASE_KEY', async () => {
    await using database = await testDatabase()
    using workplace = new Workplace()
    const from = `sqlite:${workplace.path('a.sqlite')}`
    await fill(from, 2_500)
    expect(await workplace.run(['db', 'migrate', '--store', database.url])).toMatchObject({ code: 0 })
    const { url, keys } = await (await localSupabase()).startDataApi(database)
    const project = `supabase:${url}`
    const env = { SUPABASE_URL: url, SUPABASE_KEY: keys.secret }
    const there = await workplace.run(['db', 'copy', '--from', from, '--to', project], env)
    expect(there).toMatchObject({ code: 0, stderr: '' })
    const back = `sqlite:${workplace.path('b.sqlite')}`
    expect(await workplace.run(['db', 'copy', '--from', project, '--to', back], env)).toMatchObject({ code: 0 })
    expect(await rowsOf(back)).toEqual(await rowsOf(from))
    expect(there.stdout).not.toContain(keys.secret)
  }, 60_000)
})
