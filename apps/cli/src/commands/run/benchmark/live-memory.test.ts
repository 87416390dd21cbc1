import { expect, test } from 'vitest'

import { liveMemory } from './live-memory.ts'

const MB = 1_000_000

test('buffers count while they are held, and not once they are let go', async () => {
  const before = await liveMemory()
  const held = [new Uint8Array(100 * MB)]
  const during = await liveMemory()
  expect(held.pop()?.length).toBe(100 * MB)
  const after = await liveMemory()
  expect(during - before).toBeGreaterThan(90 * MB)
  expect(after - before).toBeLessThan(50 * MB)
})
