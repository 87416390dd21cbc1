import { expect, it } from 'vitest'

import { keepLast } from './request-log.ts'

it('keeps the last entries, the oldest first', () => {
  const log: number[] = []
  for (const entry of [1, 2, 3, 4, 5]) keepLast(log, entry, 3)
  expect(log).toEqual([3, 4, 5])
})
