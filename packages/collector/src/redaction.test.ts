import { describe, expect, it } from 'vitest'

import { createRedactor, redactForms } from './redaction.ts'

describe('redacting a text', () => {
  it.each([
    ['postgres://me:hunter2@db:5432/bars', 'postgres://•••@db:5432/bars'],
    ['postgres://me:p@ss/w?rd#1@db/bars failed', 'postgres://•••@db/bars failed'],
    [
      'https://p.supabase.co/rest/v1/fvg?apikey=abc&x=1 answered 401',
      'https://p.supabase.co/rest/v1/fvg?••• answered 401',
    ],
    ['GET /v8/finance/chart/NQ=F?crumb=s3cr3t failed', 'GET /v8/finance/chart/NQ=F?••• failed'],
    ['Authorization: Bearer abc.def-ghi', 'Authorization: •••'],
    ['{"authorization":"Basic dXNlcjpwdw=="}', '{"authorization":"•••"}'],
    ['sent Basic dXNlcjpwdw== to it', 'sent Basic ••• to it'],
    ['key sb_secret_AbCdEf123 is wrong', 'key sb_secret_••• is wrong'],
    ['eyJhbGciOi.eyJyb2xl.c2ln is expired', '••• is expired'],
    ['SUPABASE_KEY=abcdef, next', 'SUPABASE_KEY=•••, next'],
    ['connect host=db password=hunter2 user=me', 'connect host=db password=••• user=me'],
    ["{ password: 'hunter 2', user: 'me' }", "{ password: •••, user: 'me' }"],
    ['to https://hooks.slack.com/services/T0/B0/xyz', 'to https://hooks.slack.com/•••'],
    ['cookie: A3=d=AQABB; B=1\nage: 5', 'cookie: •••\nage: 5'],
    ['-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY----- end', '••• end'],
  ])('%s', (found, left) => {
    expect(redactForms(found)).toBe(left)
  })

  it.each([
    'store postgres://db:5432/bars: nothing answers at its address',
    'NQ=F could not be reached (ECONNREFUSED)',
    'a row of reference_levels (NQ=F, 2024-06-05T14:00:00.000Z, 1H_OPEN) has a key twice',
    'SUPABASE_KEY is an anon key, which cannot write: expected a secret key (sb_secret_…) or the service_role key (eyJ…).',
    'expected postgres://USER:PASSWORD@HOST/DATABASE',
    'Basic configuration is missing',
    'password authentication failed for user "me"',
  ])('leaves alone: %s', (text) => {
    expect(redactForms(text)).toBe(text)
  })

  it('takes out the secrets it knows, also as they stand in URLs and JSON', () => {
    const { text } = createRedactor({ secrets: ['pa"ss wörd', 'abc'] })
    expect(text('pa"ss wörd, pa%22ss%20w%C3%B6rd, pa\\"ss wörd')).toBe('•••, •••, •••')
    expect(text('abc is too short to be told from a word')).toBe('abc is too short to be told from a word')
  })
})

describe('redacting a value', () => {
  const { value } = createRedactor({ secrets: ['plum-tart'] })

  it('goes through nested objects, arrays, errors and their causes', () => {
    const cause = Object.assign(new Error('the plum-tart was refused'), { headers: { apikey: 'k1', age: 3 } })
    const error = new Error('failed', { cause })
    const copy = value({ a: [{ error }], at: new Date(0), url: new URL('https://a:b@c/d') })
    expect(JSON.stringify(copy)).not.toMatch(/plum-tart|k1|a:b/)
    expect(copy).toMatchObject({
      a: [
        {
          error: {
            name: 'Error',
            message: 'failed',
            cause: { message: 'the ••• was refused', headers: { apikey: '•••', age: 3 } },
          },
        },
      ],
      at: '1970-01-01T00:00:00.000Z',
      url: 'https://•••@c/d',
    })
  })

  it('survives cycles, depth and getters that throw', () => {
    const loop: Record<string, unknown> = { n: 1n }
    loop['self'] = loop
    Object.defineProperty(loop, 'bad', {
      enumerable: true,
      get() {
        throw new Error('no')
      },
    })
    let deep: unknown = 'end'
    for (let i = 0; i < 20; i++) deep = { deep }
    expect(value(loop)).toEqual({ n: '1', self: '(circular)' })
    expect(JSON.stringify(value(deep))).toContain('(deeper)')
  })
})
