import { describe, expect, it } from 'vitest'

import { withoutPassword } from './configuration.ts'

describe('withoutPassword', () => {
  it.each([
    ['postgres://me:secret@host:5432/db?password=secret', 'postgres://•••@host:5432/db?•••'],
    ['postgres://me:/secret@host/db', 'postgres:•••'],
    ['postgres://me:5/sec/ret@host/db', 'postgres:•••'],
    ['postgres://me:secret@host:port/db', 'postgres:•••'],
    ['sim:http://me:secret@host', 'sim:•••'],
    ['me:secret@host', 'me:•••'],
  ])('shows nothing of the secret in %j', (text, shown) => {
    expect(withoutPassword(text)).toBe(shown)
  })

  it.each(['postgres://host/db', 'sqlite:/var/data/market.db', './market.db', 'yahoo'])(
    'leaves %j as it is',
    (text) => {
      expect(withoutPassword(text)).toBe(text)
    },
  )
})
