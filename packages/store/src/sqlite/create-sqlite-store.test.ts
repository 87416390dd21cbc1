import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { createManualClock } from '@openpredict/market'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { realClock } from '../../test/real-clock.ts'
import { bars, level, NQ, ORIGIN, T0 } from '../testing/samples.ts'
import { Connection } from './connection.ts'
import { APPLICATION_ID } from './database-file.ts'
import { LATEST } from './migrations.ts'
import { openWriter } from './open-writer.ts'
import { createSqliteStore, type SqliteStoreOptions } from './index.ts'

const ALL = Array.from({ length: LATEST }, (_, i) => i + 1)

let folder = ''
let path = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'openpredict-sqlite-'))
  path = join(folder, 'store.sqlite')
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

const clock = createManualClock(T0)
const open = (options: Partial<SqliteStoreOptions> = {}): ReturnType<typeof createSqliteStore> =>
  createSqliteStore({ path, clock, ...options })

/** Closes what should not have been opened, so that a failing test leaves nothing behind. */
async function refused(options: Partial<SqliteStoreOptions> = {}): Promise<unknown> {
  try {
    const store = await open(options)
    await store.close()
    return 'opened'
  } catch (error) {
    return error
  }
}

/** The files that this process has open, where the system tells. */
function openFiles(): readonly string[] {
  const descriptors = '/proc/self/fd'
  if (!existsSync(descriptors)) return []
  return readdirSync(descriptors).flatMap((name) => {
    try {
      return [readlinkSync(join(descriptors, name))]
    } catch {
      return []
    }
  })
}

function filesBelow(start: string): Record<string, string> {
  return Object.fromEntries(readdirSync(start).map((name) => [name, readFileSync(join(start, name), 'hex')]))
}

async function filled(count = 100): Promise<void> {
  const store = await open()
  await store.transaction((tx) => tx.putBars(NQ, bars(count), ORIGIN))
  await store.close()
}

describe('a new file', () => {
  it('is made with the folders on its way', async () => {
    path = join(folder, 'a', 'b', 'store.sqlite')
    await filled()
    expect(statSync(path).isFile()).toBe(true)
  })

  it('says from its header on whose it is, and leaves nothing beside it when it is closed', async () => {
    await filled()
    expect(readFileSync(path).readUInt32BE(68)).toBe(APPLICATION_ID)
    expect(readdirSync(folder)).toEqual(['store.sqlite'])
  })

  it('may have been made empty before', async () => {
    writeFileSync(path, '')
    await filled()
    expect(statSync(path).size).toBeGreaterThan(0)
  })

  it('writes ahead and flushes every commit to the disk', async () => {
    const writer = openWriter(path)
    expect(writer.get('PRAGMA journal_mode')).toEqual(['wal'])
    expect(writer.number('PRAGMA synchronous')).toBe(2)
    expect(writer.number('PRAGMA foreign_keys')).toBe(1)
    writer.close()
  })

  it('has its journal beside it while it is open', async () => {
    const store = await open()
    await store.transaction(async (tx) => {
      await tx.putBars(NQ, bars(1), ORIGIN)
    })
    expect(readdirSync(folder).toSorted()).toEqual(['store.sqlite', 'store.sqlite-shm', 'store.sqlite-wal'])
    await store.close()
  })
})

describe('a file that is none of ours', () => {
  it.each([
    ['text', 'timestamp,open,high,low,close,volume\n'.repeat(10), 'not-a-database'],
    ['a few bytes', 'SQLite', 'not-a-database'],
    ['the beginning of a database', 'SQLite format 3\0', 'not-a-database'],
    ['zeros', '\0'.repeat(8_192), 'not-a-database'],
  ])('is refused when it holds %s, and not touched', async (_, content, kind) => {
    writeFileSync(path, content)
    const before = filesBelow(folder)
    for (const options of [{}, { readOnly: true }, { migrate: false }]) {
      expect(await refused(options)).toMatchObject({ name: 'StoreError', code: kind, category: 'database' })
    }
    expect(filesBelow(folder)).toEqual(before)
  })

  it.each(['delete', 'wal'])(
    'is refused when it is the database of another program (%s), and not touched',
    async (mode) => {
      const other = new Connection({ path })
      other.exec(`PRAGMA journal_mode = ${mode}; CREATE TABLE ohlc_data (x); INSERT INTO ohlc_data VALUES (1)`)
      const before = filesBelow(folder)
      const error = await refused()
      expect(error).toMatchObject({ code: 'foreign-database' })
      expect(filesBelow(folder)).toEqual(before)
      other.close()
    },
  )

  it('is refused when it is a folder, or lies below a file', async () => {
    expect(await refused({ path: folder })).toMatchObject({ code: 'not-a-file' })
    writeFileSync(path, 'x')
    expect(await refused({ path: join(path, 'store.sqlite') })).toMatchObject({ code: 'not-a-file' })
  })

  it.runIf(process.platform === 'linux')('is refused when it is a device', async () => {
    expect(await refused({ path: '/dev/null' })).toMatchObject({ code: 'not-a-file' })
  })
})

describe('tables of another version', () => {
  async function changed(sql: string): Promise<void> {
    await filled()
    const other = new Connection({ path })
    other.exec(sql)
    other.close()
  }

  it('are refused when they are newer, and not touched', async () => {
    await changed(`INSERT INTO schema_migrations VALUES (99, 0, 'x')`)
    const before = readFileSync(path)
    expect(await refused()).toMatchObject({ code: 'newer-schema', failure: { found: 99 } })
    expect(readFileSync(path).equals(before)).toBe(true)
    // Its journal would still be here if the file were.
    expect(readdirSync(folder)).toEqual(['store.sqlite'])
  })

  it('are refused when a migration is not the one that was applied', async () => {
    await changed(`UPDATE schema_migrations SET checksum = 'x'`)
    expect(await refused()).toMatchObject({ code: 'changed-migration', failure: { version: 1 } })
  })

  it('are left alone when they are older and shall not be migrated', async () => {
    const store = await open({ migrate: false })
    expect(await store.schema()).toMatchObject({ version: 0, pending: ALL })
    expect(await refused({ readOnly: true })).toMatchObject({
      code: 'older-schema',
      failure: { found: 0, latest: LATEST },
    })
    const reader = await open({ readOnly: true, migrate: false })
    expect((await reader.schema()).version).toBe(0)
    await reader.close()
    expect(await store.migrate()).toEqual({ from: 0, to: LATEST, applied: ALL })
    expect(await store.schema()).toMatchObject({ version: LATEST, pending: [] })
    await store.close()
  })

  it('are migrated once when two open a new file at the same time', async () => {
    const stores = await Promise.all([
      open({ clock: realClock }),
      open({ clock: realClock }),
      open({ clock: realClock }),
    ])
    for (const store of stores) {
      expect(await store.countRows('schema_migrations')).toBe(LATEST)
      await store.close()
    }
  })
})

describe('a store opened only for reading', () => {
  it('is not made when it is not there', async () => {
    expect(await refused({ readOnly: true })).toMatchObject({ code: 'not-found' })
    expect(readdirSync(folder)).toEqual([])
  })

  it('is none when it would live in memory', async () => {
    expect(await refused({ path: ':memory:', readOnly: true })).toMatchObject({ code: 'not-found' })
  })

  it('reads and refuses to write', async () => {
    await filled()
    const store = await open({ readOnly: true })
    expect(await store.countRows('ohlc_data', NQ)).toBe(100)
    await expect(store.transaction((tx) => tx.putBars(NQ, [], ORIGIN))).rejects.toMatchObject({ code: 'read-only' })
    await expect(store.probe()).rejects.toMatchObject({ code: 'read-only' })
    await store.close()
  })

  it('sees what a writer beside it commits', async () => {
    const writer = await open()
    const reader = await open({ readOnly: true })
    await writer.transaction((tx) => tx.putBars(NQ, bars(3), ORIGIN))
    expect((await reader.newestBar(NQ))?.time).toBe(bars(3).at(-1)?.time)
    await writer.close()
    expect(await reader.countRows('ohlc_data')).toBe(3)
    await reader.close()
  })
})

describe('a locked file', () => {
  it('is waited for, while other work goes on', async () => {
    const store = await open({ clock: realClock })
    const other = new Connection({ path })
    other.exec('BEGIN IMMEDIATE')
    const work = store.transaction((tx) => tx.putBars(NQ, bars(1), ORIGIN))
    expect(await store.countRows('ohlc_data')).toBe(0)
    other.exec('ROLLBACK')
    expect((await work).inserted.length).toBe(1)
    other.close()
    await store.close()
  })

  it('is waited for where another process is just making it', async () => {
    const other = new Connection({ path })
    other.exec('BEGIN EXCLUSIVE')
    const waiting = createManualClock(T0)
    const opening = open({ clock: waiting })
    while (waiting.sleepers === 0) await new Promise((resolve) => setImmediate(resolve))
    other.exec('COMMIT')
    other.close()
    waiting.advance(1_000)
    const store = await opening
    expect((await store.schema()).pending).toEqual([])
    await store.close()
  })

  it('is given up after the time that is set, with nothing stored', async () => {
    const store = await open({ clock: realClock, lockTimeoutMs: 30 })
    const other = new Connection({ path })
    other.exec('BEGIN IMMEDIATE')
    let begun = false
    const work = store.transaction(() => {
      begun = true
    })
    await expect(work).rejects.toMatchObject({ code: 'locked', failure: { kind: 'locked' } })
    expect(begun).toBe(false)
    other.exec('ROLLBACK')
    other.close()
    await store.probe()
    await store.close()
  })

  it('is no longer waited for when the signal aborts', async () => {
    const store = await open({ lockTimeoutMs: 60_000 })
    const other = new Connection({ path })
    other.exec('BEGIN IMMEDIATE')
    const abort = new AbortController()
    const work = store.transaction(() => {}, { signal: abort.signal })
    setImmediate(() => abort.abort(new Error('stopped')))
    await expect(work).rejects.toThrow('stopped')
    other.close()
    await store.close()
  })
})

describe('a full disk', () => {
  it('stores nothing of the transaction, keeps what is there and goes on when there is room', async () => {
    await filled(10)
    const store = await open({ maxPages: 60 })
    const work = store.transaction(async (tx) => {
      await tx.putRows('reference_levels', NQ, [level()], { historyVersion: 0, asOf: T0 })
      await tx.putBars(NQ, bars(20_000), ORIGIN)
    })
    await expect(work).rejects.toMatchObject({ code: 'disk-full', category: 'database' })
    expect((await store.readBars({ instrument: NQ })).toArray()).toEqual(bars(10))
    expect(await store.countRows('reference_levels')).toBe(0)
    await store.transaction((tx) => tx.putBars(NQ, bars(11), ORIGIN))
    expect(await store.countRows('ohlc_data')).toBe(11)
    await store.close()
    const check = new Connection({ path })
    expect(check.get('PRAGMA integrity_check')).toEqual(['ok'])
    check.close()
  })

  it('stores nothing when the work goes on after it', async () => {
    const store = await open({ maxPages: 60 })
    const work = store.transaction(async (tx) => {
      await tx.putBars(NQ, bars(1), ORIGIN)
      await expect(tx.putBars(NQ, bars(20_000), ORIGIN)).rejects.toMatchObject({ code: 'disk-full' })
      await expect(tx.putBars(NQ, bars(2), ORIGIN)).rejects.toMatchObject({ code: 'io' })
    })
    await expect(work).rejects.toMatchObject({ name: 'StoreError' })
    expect(await store.countRows('ohlc_data')).toBe(0)
    await store.close()
  })

  it('is said when the file cannot even be made', async () => {
    expect(await refused({ maxPages: 1 })).toMatchObject({ code: 'disk-full' })
    expect(openFiles().filter((name) => name.startsWith(folder))).toEqual([])
  })
})
