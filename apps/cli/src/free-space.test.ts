import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import { freeSpace } from './free-space.ts'

it('says how much room is left beside a file, and throws when it is too little', () => {
  const path = join(tmpdir(), 'nq.sqlite')
  expect(freeSpace(path, { neededMib: 0 })).toMatch(/^[\d,]+ MiB free in \//)
  expect(() => freeSpace(path, { neededMib: 1e12 })).toThrow(
    expect.objectContaining({
      code: 'disk-low',
      message: expect.stringMatching(/^\d+ MiB free in .*, expected at least 1000000000000 MiB$/),
    }),
  )
})
