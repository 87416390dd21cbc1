import { expect, it } from 'vitest'

import { StoreError } from './errors.ts'

it('carries a category, a stable code, a hint and the cause', () => {
  const cause = new Error('errno 28')
  const error = new StoreError('no room', { kind: 'disk-full' }, { hint: 'Make room.', cause })
  expect(error).toBeInstanceOf(Error)
  expect(error).toMatchObject({
    name: 'StoreError',
    category: 'database',
    code: 'disk-full',
    hint: 'Make room.',
    cause,
  })
  expect(error.message).toBe('no room')
})
