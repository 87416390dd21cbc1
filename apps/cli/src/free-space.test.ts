import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import { freeSpace } from './free-space.ts'

it('says how much room is left beside a file, and rejects when it is too little', async () => {
  const path = join(tmpdir(), 'nq.sqlite')
  await expect(freeSpace(path, { neededMib: 0 })).resolves.toMatch(/^[\d,]+ MiB free in \//)
  await expect(freeSpace(path, { neededMib: 1e12 })).rejects.toMatchObject({
    code: 'disk-low',
    message: expect.stringMatching(/^\d+ MiB free in .*, expected at least 1000000000000 MiB$/),
  })
})
