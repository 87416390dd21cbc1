import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import type { CollectEvent } from '../../../collect-event.ts'
import { DiskWatch } from './disk-watch.ts'

it('tells once that room gets low and once that there is enough again', () => {
  const told: CollectEvent[] = []
  let isLow = false
  const watch = new DiskWatch(
    '/data/nq.sqlite',
    (event) => told.push(event),
    () => ({
      folder: '/data',
      freeBytes: isLow ? 20_000_000 : 900_000_000,
      isLow,
    }),
  )
  expect(watch.measure()).toEqual({ disk_free_bytes: 900_000_000 })
  expect(told).toEqual([])
  isLow = true
  watch.measure()
  watch.measure()
  expect(told).toEqual([
    {
      kind: 'disk',
      failure: expect.objectContaining({
        category: 'system',
        code: 'disk-low',
        message: '19 MiB free in /data, expected at least 200 MiB',
      }),
    },
  ])
  isLow = false
  watch.measure()
  watch.measure()
  expect(told.slice(1)).toEqual([{ kind: 'disk' }])
})

it('measures the disk of the file, and nothing where there is no file or no folder', () => {
  const emit = (): never => {
    throw new Error('nothing to tell')
  }
  expect(new DiskWatch(join(tmpdir(), 'x.sqlite'), emit).measure()['disk_free_bytes']).toBeGreaterThan(0)
  expect(new DiskWatch(undefined, emit).measure()).toEqual({})
  expect(new DiskWatch('/nowhere/at/all/x.sqlite', emit).measure()).toEqual({})
})
