import { signJwt } from '@openpredict/local-supabase'
import { describe, expect, it } from 'vitest'

import { cannotWrite, roleOfKey } from './key-role.ts'

const jwt = (claims: object): string => signJwt('secret', { ...claims })

describe('roleOfKey', () => {
  it.each(['anon', 'authenticated', 'service_role'] as const)('reads the role %s of a JWT', (role) => {
    expect(roleOfKey(jwt({ role }))).toBe(role)
  })

  it('knows the newer kind of key', () => {
    expect(roleOfKey('sb_publishable_N7UND0UgjKTVK')).toBe('publishable')
    expect(roleOfKey('sb_secret_N7UND0UgjKTVK')).toBe('secret')
  })

  it.each([
    '',
    'abc',
    'a.b.c',
    'a..c',
    `a.${Buffer.from('null').toString('base64url')}.c`,
    `a.${Buffer.from('[]').toString('base64url')}.c`,
    jwt({}),
    jwt({ role: 7 }),
    jwt({ role: 'toString' }),
    'sb_temp_1234',
  ])('says nothing of what it does not know: %j', (key) => {
    expect(roleOfKey(key)).toBeUndefined()
  })
})

it('takes a key for one that can write unless it says otherwise', () => {
  expect((['anon', 'publishable', 'authenticated'] as const).map(cannotWrite)).toEqual([true, true, true])
  expect((['service_role', 'secret', undefined] as const).map(cannotWrite)).toEqual([false, false, false])
})
