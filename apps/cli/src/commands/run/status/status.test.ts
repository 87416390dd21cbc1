import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'

import { createManualClock, parseInstant } from '@openpredict/market'
import { openMirror } from '@openpredict/store/delivery'
import { createSqliteStore } from '@openpredict/store/sqlite'
import { afterEach, beforeEach, expect, it } from 'vitest'

import { testServices } from '../../../../test/services.ts'
import { showStatus } from './status.ts'

const AT = parseInstant('2024-06-05T14:30:30Z')

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'openpredict-test-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('reads the file from which rows go to a remote store, without asking that one, and says how delivery stands', async () => {
  const path = join(folder, 'mirror.sqlite')
  const clock = createManualClock(AT)
  const remote = {
    location: 'postgres://db.example:5432/market',
    open: () => createSqliteStore({ path: join(folder, 'remote.sqlite'), clock }),
  }
  const mirror = await openMirror({ path, remote, clock })
  const bar = { time: AT - 30_000 - 12 * 60_000, open: 1, high: 18_702, low: 1, close: 18_701.25, volume: 1 }
  await mirror.transaction((tx) => tx.putBars('NQ=F', [bar], { source: 'test', ingestedAt: AT }))
  await mirror.drain()
  await mirror.close()
  const stdout = new PassThrough()
  const env = { DATABASE_URL: 'postgres://me:PlantedPassword@db.example:5432/market', OPENPREDICT_MIRROR: path }
  const services = testServices({ clock, stdout, env })
  expect(await showStatus({ interval: 1 }, services)).toBe(0)
  const text = String(stdout.read())
  expect(text).toMatch(/^NQ=F E-mini Nasdaq-100 {2}18,701\.25 /)
  expect(text).toMatch(/^delivery +nothing waits, confirmed 0 s ago/m)
  expect(text).not.toContain('Planted')
})
