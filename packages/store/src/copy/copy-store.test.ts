import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { unavailable } from '@openpredict/local-supabase'
import { createManualClock } from '@openpredict/market'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'

import { FAST_FOLDER } from '../../test/fast-folder.ts'
import { everyRow, fill, manyRows, put } from '../../test/many-rows.ts'
import { rowsOf, testDatabase, type TestDatabase } from '../../test/on-server.ts'
import type { Fields } from '../internal/row-check.ts'
import { REPLICATED_TABLES } from '../internal/replica.ts'
import { createSqliteStore } from '../sqlite/index.ts'
import type { ReplicatedTableName, Store } from '../store.ts'
import { tableOf } from '../tables.ts'
import { FEATURES, level, MINUTE, NQ, T0 } from '../testing/samples.ts'
import { copyStore, type StoreCopy } from './copy-store.ts'

const ROWS = 23
const clock = createManualClock(T0)

async function memory(): Promise<Store> {
  const store = await createSqliteStore({ path: ':memory:', clock })
  onTestFinished(() => store.close())
  return store
}

/** A store in a file, and the file. */
async function inFile(): Promise<{ readonly store: Store; readonly path: string }> {
  const folder = mkdtempSync(join(FAST_FOLDER, 'openpredict-copy-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'a.sqlite')
  const store = await createSqliteStore({ path, clock })
  onTestFinished(() => store.close())
  return { store, path }
}

/** What was written, over all tables. */
function written({ tables }: StoreCopy): { inserted: number; replaced: number; removed: number } {
  const sum = (name: 'inserted' | 'replaced' | 'removed'): number => tables.reduce((all, table) => all + table[name], 0)
  return { inserted: sum('inserted'), replaced: sum('replaced'), removed: sum('removed') }
}

function tableIn({ tables }: StoreCopy, name: ReplicatedTableName): StoreCopy['tables'][number] | undefined {
  return tables.find(({ table }) => table === name)
}

/** A store that fails at one of its writes: before anything is stored, or when everything is and the answer is lost. */
function failingAt(store: Store, call: number, when: 'before' | 'after'): Store {
  let calls = 0
  return new Proxy(store, {
    get(target, name) {
      if (name === 'replicate') {
        const replicate: Store['replicate'] = async (replica, options) => {
          const fails = ++calls === call
          if (fails && when === 'before') throw new Error('cut')
          const result = await target.replicate(replica, options)
          if (fails) throw new Error('cut')
          return result
        }
        return replicate
      }
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}

/** A column of each table in which no row has 0, and that says nothing of how new a row is. */
const DAMAGED: Readonly<Record<ReplicatedTableName, string>> = {
  ohlc_data: 'volume',
  ohlc_revisions: 'volume',
  ohlc_suspects: 'volume',
  ohlc_history: 'volume',
  missing_minutes: 'last_asked_at',
  reference_levels: 'price',
  fibonacci_pivots: 'price',
  liquidity_events: 'level_price',
  fvg: 'gap_top',
  hourly_blocks: 'volume',
  market_structure: 'level',
  feature_revisions: 'replaced_at',
  collection_cycles: 'started_at',
  error_log: 'timestamp',
  instrument_state: 'history_version',
}

describe('copyStore', () => {
  it('copies rows of every table, sums both sides alike, and has nothing to write the second time', async () => {
    const [from, to] = [await memory(), await memory()]
    await fill(from, ROWS)
    const first = await copyStore({ from, to, batchSize: 5 })
    expect(written(first)).toEqual({ inserted: ROWS * REPLICATED_TABLES.length, replaced: 0, removed: 0 })
    expect(first.verified).toBe(true)
    for (const { source, target } of first.tables) {
      expect(target).toEqual(source)
      expect(source).toMatchObject({ rows: ROWS, checksum: expect.stringMatching(/^[0-9a-f]{64}$/) })
    }
    expect(await everyRow(to)).toEqual(await everyRow(from))
    const second = await copyStore({ from, to })
    expect(written(second)).toEqual({ inserted: 0, replaced: 0, removed: 0 })
    expect(second.verified).toBe(true)
  })

  it('goes on after it was cut off at any write, before it or after it', async () => {
    const from = await memory()
    await fill(from, ROWS)
    const calls = REPLICATED_TABLES.length * Math.ceil(ROWS / 5)
    for (const [i, when] of (['before', 'after'] as const).entries()) {
      for (let call = 1 + i; call <= calls; call += 7) {
        const to = await memory()
        await expect(copyStore({ from, to: failingAt(to, call, when), batchSize: 5 })).rejects.toThrow('cut')
        const there = (await Promise.all(REPLICATED_TABLES.map((table) => to.countRows(table)))).reduce((a, b) => a + b)
        const again = await copyStore({ from, to, batchSize: 5 })
        expect(written(again)).toEqual({ inserted: ROWS * REPLICATED_TABLES.length - there, replaced: 0, removed: 0 })
        expect(again.verified).toBe(true)
        expect(await everyRow(to)).toEqual(await everyRow(from))
      }
    }
  })

  it('stops when its signal aborts, and goes on the next time', async () => {
    const [from, to] = [await memory(), await memory()]
    await fill(from, ROWS)
    const stop = new AbortController()
    const copying = copyStore({
      from,
      to,
      batchSize: 5,
      signal: stop.signal,
      onProgress: ({ table }) => (table === 'fvg' ? stop.abort(new Error('enough')) : undefined),
    })
    await expect(copying).rejects.toThrow('enough')
    expect(await to.countRows('market_structure')).toBe(0)
    expect((await copyStore({ from, to })).verified).toBe(true)
    expect(await everyRow(to)).toEqual(await everyRow(from))
  })

  it('lets signals and timers have their turn while it reads files', async () => {
    const [from, to] = [await memory(), await memory()]
    await put(from, 'fvg', manyRows('fvg', 3_000))
    const stop = new AbortController()
    const copying = copyStore({ from, to, signal: stop.signal })
    setImmediate(() => stop.abort(new Error('enough')))
    await expect(copying).rejects.toThrow('enough')
  })

  it('repairs a row that differs in the middle of any table, but for those that are only added to: it reports them', async () => {
    const from = await memory()
    await fill(from, ROWS)
    const { store: to, path } = await inFile()
    await copyStore({ from, to })
    const database = new DatabaseSync(path)
    onTestFinished(() => database.close())
    for (const [table, column] of Object.entries(DAMAGED)) {
      const key = tableOf(table as ReplicatedTableName).key.join(', ')
      const middle = `(${key}) = (SELECT ${key} FROM ${table} ORDER BY ${key} LIMIT 1 OFFSET 11)`
      expect(database.prepare(`UPDATE ${table} SET ${column} = 0 WHERE ${middle}`).run().changes).toBe(1)
    }
    const copy = await copyStore({ from, to })
    const differing = ['ohlc_revisions', 'feature_revisions', 'error_log']
    for (const { table, replaced, differing: left, verified } of copy.tables) {
      const stays = differing.includes(table)
      expect({ table, replaced, left, verified }).toEqual({
        table,
        replaced: stays ? 0 : 1,
        left: stays ? 1 : 0,
        verified: !stays,
      })
    }
    expect(copy.verified).toBe(false)
  })

  it('keeps and reports what the target has newer, and what it alone has', async () => {
    const [from, to] = [await memory(), await memory()]
    await put(from, 'reference_levels', manyRows('reference_levels', 3))
    await put(from, 'ohlc_data', manyRows('ohlc_data', 3))
    const [, newer] = manyRows('reference_levels', 2) as [Fields, Fields]
    await put(to, 'reference_levels', [
      { ...newer, price: 1, as_of: T0 + 1 },
      ...manyRows('reference_levels', 5).slice(4),
    ])
    const [older] = manyRows('ohlc_data', 1) as [Fields]
    await put(to, 'ohlc_data', [{ ...older, volume: 1, ingested_at: T0 - 1 }])
    const copy = await copyStore({ from, to })
    expect(copy.verified).toBe(true)
    expect(tableIn(copy, 'reference_levels')).toMatchObject({ inserted: 2, replaced: 0, kept: 1, extra: 1 })
    expect(tableIn(copy, 'ohlc_data')).toMatchObject({ inserted: 2, replaced: 1, kept: 0, extra: 0 })
    expect(await to.readRows('reference_levels', { instrument: 'ES=F' })).toMatchObject([{ price: 1, as_of: T0 + 1 }])
    expect(await to.countRows('reference_levels')).toBe(4)
  })

  it('removes what a correction of the source has removed since the last copy, and nothing that retention took', async () => {
    const [from, to] = [await memory(), await memory()]
    const order = { historyVersion: 0, asOf: T0 }
    const levels = [-60, 0, 1, 2].map((minute) => level({ period_start: T0 + minute * MINUTE }))
    await from.transaction(async (tx) => {
      await tx.putBars(NQ, [{ ...FEATURES.hourly_blocks, time: T0 }], { source: 'test', ingestedAt: T0 })
      await tx.putRows('reference_levels', NQ, levels, order)
    })
    await copyStore({ from, to })
    await from.transaction(async (tx) => {
      const historyVersion = await tx.raiseHistoryVersion(NQ)
      await tx.replaceRows('reference_levels', NQ, levels.slice(2), { historyVersion, asOf: T0, replacedAt: T0 })
    })
    const copy = await copyStore({ from, to })
    expect(tableIn(copy, 'reference_levels')).toMatchObject({ removed: 1, extra: 1, verified: true })
    expect((await to.readRows('reference_levels')).map(({ period_start }) => (period_start - T0) / MINUTE)).toEqual([
      -60, 1, 2,
    ])
  })

  it('ends right although the source is written to meanwhile', async () => {
    const [from, to] = [await memory(), await memory()]
    await fill(from, ROWS)
    let more: Promise<void> | undefined
    const copy = await copyStore({
      from,
      to,
      onProgress: ({ table }) => {
        if (table === 'fvg') more ??= put(from, 'fvg', manyRows('fvg', ROWS + 4))
      },
    })
    await more
    expect(tableIn(copy, 'fvg')).toMatchObject({ inserted: ROWS + 4, verified: true, source: { rows: ROWS + 4 } })
    expect(await to.countRows('fvg')).toBe(ROWS + 4)
  })

  it('leaves the target as if every row had been sent to it, whatever both had before', async () => {
    const version = fc.nat({ max: 2 })
    const state = fc.record({ n: fc.nat({ max: 5 }), version, at: version, value: version })
    const rows = fc.record(
      Object.fromEntries(REPLICATED_TABLES.map((table) => [table, fc.uniqueArray(state, { selector: ({ n }) => n })])),
    )
    await fc.assert(
      fc.asyncProperty(rows, rows, async (ours, theirs) => {
        const [from, to, expected] = [await memory(), await memory(), await memory()]
        for (const table of REPLICATED_TABLES) {
          const all = manyRows(table, 6)
          const made = (states: readonly State[] = []): readonly Fields[] =>
            states.map((each) => stateOf(table, all, each))
          await put(from, table, made(ours[table]))
          for (const store of [to, expected]) await put(store, table, made(theirs[table]))
          await put(expected, table, await from.readRows(table))
        }
        const copy = await copyStore({ from, to, batchSize: 2 })
        expect(await everyRow(to)).toEqual(await everyRow(expected))
        for (const { differing, verified } of copy.tables) expect(verified).toBe(differing === 0)
        expect(written(await copyStore({ from, to }))).toEqual({ inserted: 0, replaced: 0, removed: 0 })
      }),
      { numRuns: 40 },
    )
  })

  it('refuses a store onto itself, also under another name, and a source whose tables are old', async () => {
    const { store, path } = await inFile()
    await expect(copyStore({ from: store, to: store })).rejects.toMatchObject({ code: 'misuse' })
    symlinkSync(path, `${path}.link`)
    const link = await createSqliteStore({ path: `${path}.link`, clock, readOnly: true })
    onTestFinished(() => link.close())
    await expect(copyStore({ from: link, to: store })).rejects.toMatchObject({ code: 'misuse' })
    const old = await createSqliteStore({ path: ':memory:', clock, migrate: false })
    onTestFinished(() => old.close())
    await expect(copyStore({ from: old, to: store })).rejects.toMatchObject({ code: 'older-schema' })
    expect((await copyStore({ from: store, to: old })).verified).toBe(true)
  })
})

interface State {
  readonly n: number
  readonly version: number
  readonly at: number
  readonly value: number
}

/** The `n`th row in one of a few states: more or less new, with one value or another. */
function stateOf(table: ReplicatedTableName, rows: readonly Fields[], { n, version, at, value }: State): Fields {
  const { columns, key } = tableOf(table)
  const row = { ...rows[n] }
  const set = (name: string, to: unknown): void => {
    if (name in columns && !key.includes(name)) row[name] = to
  }
  for (const name of ['revision', 'as_of_version', 'times_asked', 'history_version']) set(name, version)
  for (const name of ['ingested_at', 'as_of', 'finished_at', 'first_seen_at']) set(name, T0 + at)
  for (const name of ['admitted_at', 'healed_at']) set(name, value === 0 ? null : T0 + value)
  for (const name of ['volume', 'duration_ms', 'gap_size', 'price']) set(name, value)
  return row
}

const reason = unavailable()

describe.skipIf(reason !== undefined)('copyStore between SQLite and PostgreSQL', () => {
  async function server(): Promise<{ readonly here: TestDatabase; readonly store: Store }> {
    const here = await testDatabase()
    onTestFinished(() => here[Symbol.asyncDispose]())
    return { here, store: await here.open() }
  }

  it('copies every table there and back, and sums it alike on all sides', async () => {
    const [first, last] = [await memory(), await memory()]
    await fill(first, ROWS)
    const { store } = await server()
    const there = await copyStore({ from: first, to: store, batchSize: 5 })
    const back = await copyStore({ from: store, to: last, batchSize: 5 })
    expect([there.verified, back.verified]).toEqual([true, true])
    expect(written(there)).toEqual(written(back))
    expect(back.tables.map(({ target }) => target)).toEqual(there.tables.map(({ source }) => source))
    expect(await everyRow(last)).toEqual(await everyRow(first))
  })

  it('goes on after it was cut off, in a target that is partly filled and partly damaged', async () => {
    const from = await memory()
    await fill(from, ROWS)
    const { here, store: to } = await server()
    await expect(copyStore({ from, to: failingAt(to, 31, 'after'), batchSize: 5 })).rejects.toThrow('cut')
    await here.client.query(
      `UPDATE ohlc_data SET close = low WHERE timestamp = (SELECT timestamp FROM ohlc_data ORDER BY timestamp OFFSET 11 LIMIT 1)`,
    )
    await here.client.query(
      'DELETE FROM reference_levels WHERE ctid = (SELECT ctid FROM reference_levels OFFSET 7 LIMIT 1)',
    )
    const copy = await copyStore({ from, to, batchSize: 5 })
    expect(tableIn(copy, 'ohlc_data')).toMatchObject({ inserted: 0, replaced: 1 })
    expect(tableIn(copy, 'reference_levels')).toMatchObject({ inserted: 1, replaced: 0 })
    expect(copy.verified).toBe(true)
    expect(await everyRow(to)).toEqual(await everyRow(from))
  })

  it('rejects when the server is gone in the middle, and goes on when it is back', async () => {
    const from = await memory()
    await fill(from, ROWS)
    const { here, store: to } = await server()
    await copyStore({ from, to })
    await here.client.query('DELETE FROM hourly_blocks')
    await here.client.query('BEGIN; SELECT pg_advisory_xact_lock(1330663504, 1)')
    const copying = copyStore({ from, to }).catch((error: unknown) => error)
    const waiting = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
    while ((await rowsOf(here.client, waiting)).length === 0);
    await here.client.query(`SELECT pg_terminate_backend(pid) FROM (${waiting}) AS other; COMMIT`)
    expect(await copying).toMatchObject({ code: 'unreachable' })
    expect(await to.countRows('hourly_blocks')).toBe(0)
    expect((await copyStore({ from, to })).verified).toBe(true)
    expect(await everyRow(to)).toEqual(await everyRow(from))
  })
})
