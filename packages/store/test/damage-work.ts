import { closeSync, existsSync, ftruncateSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { createManualClock } from '@openpredict/market'
import fc from 'fast-check'

import type { MirroredStore } from '../src/delivery/index.ts'
import type { Store, StoreTransaction } from '../src/index.ts'
import { Connection } from '../src/sqlite/connection.ts'
import { createSqliteStore } from '../src/sqlite/index.ts'
import { barAt, contentOf, cycleRow, errorRow, FEATURES, MINUTE, NQ, T0 } from '../src/testing/samples.ts'
import { writeNth } from './crash-work.ts'
import type { MirrorWorld } from './mirror-world.ts'

/** The `n`th transaction of a collector: something in every table. */
export async function collectNth(tx: StoreTransaction, n: number): Promise<void> {
  await writeNth(tx, n)
  const { time: timestamp, ...prices } = barAt(n)
  const order = { historyVersion: await tx.historyVersion(NQ), asOf: timestamp }
  await tx.putRows('fibonacci_pivots', NQ, [{ ...FEATURES.fibonacci_pivots, timestamp }], order)
  await tx.putRows('liquidity_events', NQ, [{ ...FEATURES.liquidity_events, hold_minutes: n }], order)
  await tx.putRows(
    'fvg',
    NQ,
    [
      { ...FEATURES.fvg, timestamp },
      { ...FEATURES.fvg, fill_fraction: 1 / n },
    ],
    order,
  )
  await tx.putRows('market_structure', NQ, [{ ...FEATURES.market_structure, timestamp }], order)
  await tx.putHistoryBars(NQ, '5m', [barAt(5 * n, { volume: n })], { source: 'test' })
  await tx.putSuspects(NQ, [
    { timestamp, ...prices, reason: `far: ${n}`, first_seen_at: T0, times_seen: 1 + (n % 3), admitted_at: null },
  ])
  const [state, asked] = ['not_fetched' as const, { first_asked_at: null, last_asked_at: null, healed_at: null }]
  await tx.putMissingMinutes(NQ, [{ timestamp, state, times_asked: 0, ...asked }])
  if (n % 2 === 0) await tx.markHealed(NQ, [T0 + (n - 1) * MINUTE], n)
  await tx.putError(errorRow({ id: `00000000-0000-4000-9000-${String(n).padStart(12, '0')}`, cycle: n }))
  // What says that this transaction is there, after all that it wrote.
  const id = `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
  await tx.putCycle(cycleRow({ id, cycle: n, started_at: T0 + n * MINUTE, finished_at: T0 + n * MINUTE + 1 }))
}

/** Goes on from the last transaction that is there up to the `last`th, as a collector does that fetches again. */
export async function collectTo(store: Store, last: number): Promise<void> {
  for (let n = (await store.lastCycle(NQ)) + 1; n <= last; n++) await store.transaction((tx) => collectNth(tx, n))
}

const KNOWN = new Map<number, Promise<unknown>>()

/** What the tables hold after so many transactions. */
export async function contentAfter(count: number): Promise<unknown> {
  const known = KNOWN.get(count)
  if (known !== undefined) return await known
  const content = (async () => {
    await using store = await createSqliteStore({ path: ':memory:', clock: createManualClock(0) })
    await collectTo(store, count)
    return await contentOf(store)
  })()
  KNOWN.set(count, content)
  return await content
}

/** How the files of a mirror and of its remote store lie there when its process has ended. */
export interface Remains {
  /** Transactions that the mirror has. */
  readonly count: number
  readonly files: Readonly<Record<string, Buffer>>
}

/** How the process ended: in order, or killed with its last transactions in the log, copied to the file or not. */
export type Ending = 'closed' | 'killed' | 'killed after a checkpoint'

const FILES = ['mirror.sqlite', 'mirror.sqlite-wal', 'remote.sqlite', 'remote.sqlite-wal']

/** Collects so many transactions, of which the last are not delivered yet. */
export async function remainsOf(world: MirrorWorld, ending: Ending, count: number): Promise<Remains> {
  let mirror: MirroredStore = await world.open()
  await collectTo(mirror, Math.floor(count / 2))
  await mirror.drain()
  await mirror.close()
  mirror = await world.open()
  await collectTo(mirror, count - 2)
  await mirror.drain()
  world.remote.away = true
  await collectTo(mirror, count)
  if (ending === 'killed after a checkpoint') {
    const connection = new Connection({ path: world.path })
    connection.exec('PRAGMA wal_checkpoint(PASSIVE)')
    connection.close()
  }
  if (ending === 'closed') await mirror.close()
  const there = FILES.map((name) => [name, join(world.folder, name)] as const).filter(([, path]) => existsSync(path))
  return { count, files: Object.fromEntries(there.map(([name, path]) => [name, readFileSync(path)])) }
}

/** Puts the files where a mirror and its remote store are expected. */
export function layOut({ files }: Remains, world: MirrorWorld): void {
  for (const [name, content] of Object.entries(files)) writeFileSync(join(world.folder, name), content)
}

/** Something that happens to a file; places are parts of its length. */
export type Damage =
  | { readonly kind: 'bits'; readonly at: readonly number[] }
  /** One bit where rows are, or entries of indexes: most of a small file is empty. */
  | { readonly kind: 'bit of a row'; readonly at: number }
  | { readonly kind: 'truncated' | 'page of zeros'; readonly at: number }
  | { readonly kind: 'garbage'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'deleted' }

const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

/** Any damage. */
export const damage: fc.Arbitrary<Damage> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('bit of a row' as const), at: place }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('bits' as const), at: fc.array(place, { minLength: 1, maxLength: 3 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom('truncated' as const, 'page of zeros' as const), at: place }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('garbage' as const),
      at: place,
      bytes: fc.uint8Array({ minLength: 1, maxLength: 9_000 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('deleted' as const) }) },
)

const PAGE = 4_096

/** Does it to a file. */
export function inflict(path: string, what: Damage): void {
  if (what.kind === 'deleted') return rmSync(path)
  const content = readFileSync(path)
  const offset = (part: number): number => Math.floor(part * content.length)
  switch (what.kind) {
    case 'bits':
      for (const at of what.at) flip(content, Math.floor(at * content.length * 8))
      break
    case 'bit of a row': {
      // The log is a row of pages each with a checksum of its own.
      const bytes = path.endsWith('-wal') ? [...content.keys()] : rowBytes(content)
      const bit = Math.floor(what.at * bytes.length * 8)
      flip(content, (bytes[Math.floor(bit / 8)] ?? 0) * 8 + (bit % 8))
      break
    }
    case 'truncated':
      truncate(path, offset(what.at))
      return
    case 'page of zeros': {
      const start = Math.floor(offset(what.at) / PAGE) * PAGE
      content.fill(0, start, Math.min(start + PAGE, content.length))
      break
    }
    case 'garbage':
      content.set(what.bytes.subarray(0, content.length - offset(what.at)), offset(what.at))
      break
  }
  writeFileSync(path, content)
}

function flip(content: Buffer, bit: number): void {
  const byte = Math.floor(bit / 8)
  content[byte] = (content[byte] ?? 0) ^ (1 << (bit % 8))
}

/** Leaves of tables and of indexes, https://www.sqlite.org/fileformat2.html#b_tree_pages. */
const LEAVES = [0x0d, 0x0a]

/** The places of all bytes of rows and of entries of indexes: at the end of each leaf. */
function rowBytes(content: Buffer): readonly number[] {
  const places: number[] = []
  for (let page = PAGE; page < content.length; page += PAGE) {
    if (!LEAVES.includes(content[page] ?? 0)) continue
    const start = page + content.readUInt16BE(page + 5)
    for (let at = start; at < page + PAGE; at++) places.push(at)
  }
  return places
}

/** Flips the last bit of a row, or of an entry of an index, that stands below a root page. Says whether there is one. */
export function flipRow(path: string, rootPage: number): boolean {
  const content = readFileSync(path)
  let page = (rootPage - 1) * PAGE
  // Down to the leaf at the right.
  while (!LEAVES.includes(content[page] ?? 0)) page = (content.readUInt32BE(page + 8) - 1) * PAGE
  const cells = content.readUInt16BE(page + 3)
  if (cells === 0) return false
  const at = page + Math.max(...Array.from({ length: cells }, (_, i) => content.readUInt16BE(page + 8 + 2 * i)))
  const [length, start] = varint(content, at)
  const payload = content[page] === 0x0d ? varint(content, start)[1] : start
  flip(content, (payload + length - 1) * 8)
  writeFileSync(path, content)
  return true
}

/** A number as SQLite writes it, and where it ends. */
function varint(content: Buffer, at: number): readonly [value: number, end: number] {
  let value = 0
  for (let end = at + 1; ; end++) {
    const byte = content[end - 1] ?? 0
    value = value * 128 + (byte & 0x7f)
    if (byte < 0x80) return [value, end]
  }
}

/** Cuts a file in place: whoever has it open sees it. */
export function truncate(path: string, length: number): void {
  const file = openSync(path, 'r+')
  ftruncateSync(file, length)
  closeSync(file)
}
