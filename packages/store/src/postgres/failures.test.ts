import { createServer } from 'node:net'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'

import { unavailable } from '@openpredict/local-supabase'
import { describe, expect, it } from 'vitest'

import { testDatabase } from '../../test/on-server.ts'
import { realClock } from '../../test/real-clock.ts'
import type { StoreError } from '../errors.ts'
import { bars, NQ, ORIGIN } from '../testing/samples.ts'
import { storeErrorOf } from './failures.ts'
import { createPostgresStore } from './index.ts'

const PASSWORD = 'hunter2-is-secret'

/** What opening a store fails with; nothing in it, not even in its causes, tells the password. */
async function failureOf(url: string): Promise<StoreError> {
  const error = await createPostgresStore({ url, clock: realClock, connectTimeoutMs: 300 }).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toMatchObject({ name: 'StoreError', category: 'database', hint: expect.stringMatching(/./) })
  expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(PASSWORD)
  return error as StoreError
}

const reason = unavailable()

describe('a server that cannot be reached', () => {
  it('is refused, where nothing listens', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    server.close()
    await once(server, 'close')
    expect(await failureOf(`postgres://me:${PASSWORD}@127.0.0.1:${port}/db`)).toMatchObject({
      code: 'refused',
      message: expect.stringContaining(`postgres://127.0.0.1:${port}/db`),
    })
  })

  it('is unknown by name', async () => {
    expect((await failureOf(`postgres://me:${PASSWORD}@nowhere.invalid/db`)).code).toBe('dns')
  })

  it('is unreachable, where somebody listens and says nothing', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    expect((await failureOf(`postgres://me:${PASSWORD}@127.0.0.1:${port}/db`)).code).toBe('unreachable')
    silent.close()
  })
})

describe.skipIf(reason !== undefined)('a server that refuses', () => {
  it('names what it refuses: the password, the user, the database, TLS', async () => {
    await using here = await testDatabase()
    const url = new URL(here.database.url)
    const changed = (change: Partial<URL>): Promise<StoreError> =>
      failureOf(Object.assign(new URL(url), change).toString())
    expect((await changed({ password: PASSWORD })).code).toBe('auth')
    expect((await changed({ password: '' })).code).toBe('auth')
    expect((await changed({ username: 'nobody_knows', password: PASSWORD })).code).toBe('auth')
    expect((await changed({ pathname: '/no_such_database' })).code).toBe('not-found')
    expect((await changed({ search: '?sslmode=require' })).code).toBe('tls')
  })

  it('names missing rights', async () => {
    await using here = await testDatabase()
    await here.open()
    const url = here.database.url.replace('//postgres:', '//authenticator:')
    await expect(createPostgresStore({ url, clock: realClock })).rejects.toMatchObject({ code: 'no-permission' })
  })
})

describe.skipIf(reason !== undefined)('a store', () => {
  it('says how long it waited for another writer, and takes part again afterwards', async () => {
    await using here = await testDatabase()
    const [one, other] = [await here.open(), await here.open({ lockTimeoutMs: 50 })]
    await one.transaction(async () => {
      const failure = await other
        .transaction(() => {})
        .then(
          () => undefined,
          (error: StoreError) => error.failure,
        )
      expect(failure).toEqual({ kind: 'locked', waitedMs: expect.any(Number) })
      expect(failure?.kind === 'locked' ? failure.waitedMs : 0).toBeGreaterThanOrEqual(45)
    })
    await other.transaction((tx) => tx.putBars(NQ, bars(1), ORIGIN))
  })

  it('waits for another writer longer than for a statement, and not at all when it is told so', async () => {
    await using here = await testDatabase()
    await here.open()
    const patient = await here.open({ lockTimeoutMs: 20_000, statementTimeoutMs: 100 })
    const hasty = await here.open({ lockTimeoutMs: 0 })
    await here.client.query('BEGIN; SELECT pg_advisory_xact_lock(1330663504, 1)')
    await expect(hasty.transaction(() => {})).rejects.toMatchObject({ code: 'locked' })
    const waiting = patient.transaction((tx) => tx.putBars(NQ, bars(1), ORIGIN))
    await here.client.query('SELECT pg_sleep(0.3); COMMIT')
    await waiting
    expect(await patient.countRows('ohlc_data')).toBe(1)
  })

  it('empties tables however long that takes', async () => {
    await using here = await testDatabase()
    const store = await here.open({ statementTimeoutMs: 100 })
    await here.client.query('BEGIN; LOCK TABLE ohlc_data')
    await expect(store.transaction((tx) => tx.countRows('ohlc_data'))).rejects.toMatchObject({ code: 'timeout' })
    const emptying = store.reset()
    await here.client.query('SELECT pg_sleep(0.3); COMMIT')
    await emptying
  })

  it('ends a statement that takes too long, and an aborted one at once, with its locks', async () => {
    await using here = await testDatabase()
    const [hasty, patient] = [await here.open({ statementTimeoutMs: 100 }), await here.open({ lockTimeoutMs: 60_000 })]
    await here.client.query('BEGIN; LOCK TABLE ohlc_data')
    await expect(hasty.countRows('ohlc_data')).rejects.toMatchObject({ code: 'timeout' })
    const abort = new AbortController()
    const reading = patient.countRows('ohlc_data', NQ, { signal: abort.signal })
    const writing = patient.transaction((tx) => tx.putBars(NQ, bars(1), ORIGIN), { signal: abort.signal })
    const cause = new Error('stopped')
    setImmediate(() => abort.abort(cause))
    await expect(reading).rejects.toBe(cause)
    await expect(writing).rejects.toBe(cause)
    await here.client.query('ROLLBACK')
    expect(await patient.countRows('ohlc_data')).toBe(0)
    await hasty.transaction((tx) => tx.putBars(NQ, bars(1), ORIGIN))
  })

  it('goes on after its connections were cut', async () => {
    await using here = await testDatabase()
    const store = await here.open()
    const cut = (): Promise<unknown> =>
      here.client.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'openpredict'`)
    const work = store.transaction(async (tx) => {
      await tx.putBars(NQ, bars(3), ORIGIN)
      await cut()
      await tx.putBars(NQ, bars(3, 3), ORIGIN)
    })
    await expect(work).rejects.toMatchObject({ code: 'unreachable' })
    expect(await store.countRows('ohlc_data')).toBe(0)
    await store.transaction((tx) => tx.putBars(NQ, bars(3), ORIGIN))
    expect(await store.countRows('ohlc_data')).toBe(3)
  })

  it('never takes a commit for done that the database has turned into a rollback', async () => {
    await using here = await testDatabase()
    const store = await here.open()
    await here.client.query(`ALTER TABLE ohlc_data ADD CONSTRAINT none_later CHECK (volume < 102)`)
    const work = store.transaction(async (tx) => {
      await tx.putBars(NQ, bars(2), ORIGIN)
      await expect(tx.putBars(NQ, bars(2, 2), ORIGIN)).rejects.toMatchObject({
        failure: { kind: 'constraint', table: 'ohlc_data', constraint: 'none_later' },
      })
      await expect(tx.countRows('ohlc_data')).rejects.toMatchObject({ code: 'io' })
    })
    await expect(work).rejects.toMatchObject({ code: 'io' })
    expect(await store.countRows('ohlc_data')).toBe(0)
  })

  it('refuses to write when it is opened only for reading', async () => {
    await using here = await testDatabase()
    await (await here.open()).close()
    const store = await here.open({ readOnly: true })
    await expect(store.transaction(() => {})).rejects.toMatchObject({ code: 'read-only' })
    expect(await store.countRows('ohlc_data')).toBe(0)
  })

  it('sends whoever wants a backup to the means of the database', async () => {
    await using here = await testDatabase()
    const store = await here.open()
    await expect(store.backup('somewhere')).rejects.toMatchObject({
      code: 'misuse',
      hint: expect.stringContaining('pg_dump'),
    })
  })
})

describe('storeErrorOf', () => {
  it.each([
    ['53100', 'disk-full'],
    ['53300', 'unreachable'],
    ['57P01', 'unreachable'],
    ['08006', 'unreachable'],
    ['25006', 'read-only'],
    ['40P01', 'locked'],
    ['XX001', 'corrupt'],
    ['99999', 'io'],
    ['ETIMEDOUT', 'unreachable'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'tls'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
  ])('knows %s as %s', (code, kind) => {
    const cause = Object.assign(new Error('words'), { code })
    expect(storeErrorOf(cause, 'here')).toMatchObject({
      code: kind,
      cause,
      message: expect.stringMatching(/^store here/),
    })
  })

  it('looks into the errors of a host with several addresses', () => {
    const each = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })
    expect(storeErrorOf(new AggregateError([each, each]), 'here').code).toBe('refused')
  })
})
