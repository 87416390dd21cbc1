import { signJwt, unavailable } from '@openpredict/local-supabase'
import { createManualClock } from '@openpredict/market'
import { beforeAll, describe, expect, it } from 'vitest'

import { startHttpProxy } from '../../test/http-proxy.ts'
import { testProject, type TestProject } from '../../test/on-data-api.ts'
import { realClock } from '../../test/real-clock.ts'
import type { StoreError, StoreFailure } from '../errors.ts'
import { bars, errorRow, NQ, ORIGIN } from '../testing/samples.ts'
import { failureOf, isRetryable, networkFailureOf, type RestFailure, storeErrorOf } from './failures.ts'
import { createSupabaseStore } from './index.ts'

const PLACE = { location: 'supabase:https://abc.supabase.co', role: 'service_role' } as const

function errorOf(status: number, body: unknown): StoreError {
  return storeErrorOf(failureOf(status, typeof body === 'string' ? body : JSON.stringify(body)), PLACE)
}

describe('an answer that is a failure', () => {
  it.each<[number, string, Partial<StoreFailure>, boolean]>([
    [503, 'PGRST000', { kind: 'unreachable' }, true],
    [504, 'PGRST003', { kind: 'unreachable' }, true],
    [406, 'PGRST106', { kind: 'not-found' }, false],
    [404, 'PGRST202', { kind: 'older-schema' }, false],
    [404, '42883', { kind: 'older-schema' }, false],
    [404, 'PGRST205', { kind: 'older-schema' }, false],
    [404, '42P01', { kind: 'older-schema' }, false],
    [401, 'PGRST301', { kind: 'auth' }, false],
    [401, 'PGRST303', { kind: 'auth' }, false],
    [403, '42501', { kind: 'no-permission' }, false],
    [405, '25006', { kind: 'read-only' }, false],
    [503, '53100', { kind: 'disk-full' }, false],
    [503, '53300', { kind: 'unreachable' }, true],
    [500, '57014', { kind: 'timeout' }, true],
    [500, '57P01', { kind: 'unreachable' }, true],
    [503, '08006', { kind: 'unreachable' }, true],
    [500, '55P03', { kind: 'locked' }, false],
    [500, '40P01', { kind: 'locked' }, true],
    [400, 'OPL02', { kind: 'locked' }, false],
    [400, '22P02', { kind: 'constraint', constraint: 'value' }, false],
    [500, 'XX001', { kind: 'corrupt' }, false],
    [500, '54000', { kind: 'io' }, false],
  ])('HTTP %d with %s', (status, code, failure, again) => {
    const body = { code, message: 'as the server says', details: 'hush details', hint: 'hush hint' }
    const error = errorOf(status, body)
    expect(error.failure).toMatchObject(failure)
    expect(`${error.message} ${error.hint}`).not.toContain('hush')
    expect(isRetryable(failureOf(status, JSON.stringify(body)))).toBe(again)
  })

  it.each<[number, StoreFailure['kind'], boolean]>([
    [200, 'not-found', false],
    [302, 'not-found', false],
    [400, 'io', false],
    [401, 'auth', false],
    [403, 'no-permission', false],
    [404, 'not-found', false],
    [408, 'timeout', true],
    [413, 'io', false],
    [418, 'io', false],
    [429, 'unreachable', true],
    [500, 'io', true],
    [502, 'unreachable', true],
    [503, 'unreachable', true],
    [504, 'timeout', true],
    [522, 'unreachable', true],
    [540, 'unreachable', false],
  ])('HTTP %d without a code that is known', (status, kind, again) => {
    for (const body of ['<html>hush</html>', '', 'null', '"hush"', '[{"code":7}]', '{"code":null}']) {
      const error = errorOf(status, body)
      expect(error.code).toBe(kind)
      expect(`${error.message} ${error.hint} ${String(error.cause)}`).not.toContain('hush')
      expect(isRetryable(failureOf(status, body))).toBe(again)
    }
  })

  it('names the table and the rule, in what words they come', () => {
    const rule = (code: string, message: string): StoreFailure => errorOf(400, { code, message }).failure
    expect(rule('23514', 'new row for relation "fvg" violates check constraint "fill_fraction_range"')).toEqual({
      kind: 'constraint',
      table: 'fvg',
      constraint: 'fill_fraction_range',
    })
    expect(rule('23502', 'null value in column "open" of relation "ohlc_data" violates not-null constraint')).toEqual({
      kind: 'constraint',
      table: 'ohlc_data',
      constraint: 'open',
    })
    expect(rule('23505', 'duplicate key value violates unique constraint "fvg_pkey"')).toEqual({
      kind: 'constraint',
      table: 'fvg',
      constraint: 'fvg_pkey',
    })
  })

  it('shows of a long message only the beginning', () => {
    expect(errorOf(400, { code: '22P02', message: 'x'.repeat(1_000_000) }).message.length).toBeLessThan(300)
  })
})

describe('a request that is not answered', () => {
  const failed = (cause: unknown): RestFailure => networkFailureOf(new TypeError('fetch failed', { cause }))
  const coded = (code: string): Error => Object.assign(new Error('what Node says'), { code })

  it.each([
    ['ENOTFOUND', 'dns', true],
    ['EAI_AGAIN', 'dns', true],
    ['ECONNREFUSED', 'refused', true],
    ['ECONNRESET', 'unreachable', true],
    ['UND_ERR_SOCKET', 'unreachable', true],
    ['UND_ERR_CONNECT_TIMEOUT', 'unreachable', true],
    ['CERT_HAS_EXPIRED', 'tls', false],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'tls', false],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls', false],
  ])('%s', (code, kind, again) => {
    for (const cause of [coded(code), new AggregateError([coded(code), coded('EHOSTUNREACH')])]) {
      expect(storeErrorOf(failed(cause), PLACE).code).toBe(kind)
      expect(isRetryable(failed(cause))).toBe(again)
    }
  })
})

const reason = unavailable('data API')

/** An address of this machine where nobody listens. */
async function closedUrl(): Promise<string> {
  const { url, ...proxy } = await startHttpProxy('http://127.0.0.1')
  await proxy[Symbol.asyncDispose]()
  return url
}

describe.skipIf(reason !== undefined)('opening a store', () => {
  let here: TestProject

  beforeAll(async () => {
    here = await testProject()
    return () => here[Symbol.asyncDispose]()
  })

  const opening = (url: string, key: string): Promise<unknown> =>
    createSupabaseStore({ url, key, clock: realClock, retries: 0 })

  it.each(['anon', 'publishable'] as const)('names a key that sees nothing: %s', async (name) => {
    const key = here.project.keys[name]
    const error = await opening(here.project.url, key).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'no-permission', hint: expect.stringContaining(`${name} key`) })
    expect(String(error)).toContain(`${name} key`)
    expect(JSON.stringify(error) + String(error)).not.toContain(key)
  })

  it('lets a signed-in user read, and names the key when it is to write', async () => {
    const key = signJwt(here.project.jwtSecret, { role: 'authenticated' })
    const store = await here.open({ key })
    expect(await store.countRows('ohlc_data')).toBe(0)
    const weak = { code: 'no-permission', hint: expect.stringContaining('an authenticated key') }
    await expect(store.probe()).rejects.toMatchObject(weak)
    await expect(store.replicate({ rows: { error_log: [errorRow()] } })).rejects.toMatchObject(weak)
    await expect(store.transaction((tx) => tx.putBars(NQ, bars(1), ORIGIN))).rejects.toMatchObject(weak)
    await expect(store.reset()).rejects.toMatchObject(weak)
    expect(await here.postgres.countRows('error_log')).toBe(0)
  })

  it('opens with a key of either kind', async () => {
    for (const key of [here.project.keys.serviceRole, here.project.keys.secret]) {
      const store = await here.open({ key })
      await expect(store.probe()).resolves.toBeUndefined()
    }
  })

  it.each([
    ['is not known', 'sb_secret_not_one_of_this_project'],
    ['another project has signed', signJwt('another secret', { role: 'service_role' })],
    ['is no key', 'hush'],
    ['has expired', ''],
  ])('says that a key %s', async (_, given) => {
    const key = given === '' ? signJwt(here.project.jwtSecret, { role: 'service_role', exp: 1 }) : given
    const error = await opening(here.project.url, key).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'auth', hint: expect.stringContaining('SUPABASE_KEY') })
    expect(String(error)).not.toContain(key)
  })

  it.each(['', 'a\nb', 'ключ'])('refuses a key that none can be before it is sent: %j', async (key) => {
    await expect(opening(here.project.url, key)).rejects.toMatchObject({ code: 'auth' })
  })

  it('tells a wrong address from one that nobody answers, and from one without a name', async () => {
    const { keys } = here.project
    const gone = await closedUrl()
    await expect(opening(gone, keys.serviceRole)).rejects.toMatchObject({ code: 'refused' })
    await expect(opening('https://nobody.invalid', keys.serviceRole)).rejects.toMatchObject({ code: 'dns' })
    await expect(opening(gone.replace('http:', 'https:'), keys.serviceRole)).rejects.toMatchObject({ code: 'refused' })
    const encrypted = here.project.url.replace('http:', 'https:')
    await expect(opening(encrypted, keys.serviceRole)).rejects.toMatchObject({ code: 'tls' })
  })

  it('has a clock', async () => {
    const store = await here.open({ clock: createManualClock(0) })
    expect(Math.abs(((await store.serverTime?.()) ?? 0) - Date.now())).toBeLessThan(5_000)
  })
})
