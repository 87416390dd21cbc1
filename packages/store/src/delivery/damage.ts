import { access, constants, open, rename, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

import { StoreError } from '../errors.ts'
import { Connection } from '../sqlite/connection.ts'
import { inspectFile } from '../sqlite/database-file.ts'
import { type LockWait, whenFree } from '../sqlite/lock-wait.ts'
import { isMarking, verifyMarked } from '../sqlite/marks.ts'

/** Files that SQLite keeps beside a database. */
const COMPANIONS = ['-wal', '-shm']

/**
 * Reads a mirror from its first byte to its last and says what is wrong with it: `undefined` for one that is sound, or
 * not there. Rejects with a `StoreError` where this is no question of damage: another program's file, a folder, a lock,
 * rights. `isOurs`: it was a mirror when it was opened before.
 */
export async function damageOf(
  path: string,
  { isOurs, ...wait }: Pick<LockWait, 'clock' | 'timeoutMs'> & { readonly isOurs: boolean },
): Promise<StoreError | undefined> {
  try {
    await inspectFile(path, { readOnly: false })
    if (((await stat(path).catch(() => undefined))?.size ?? 0) === 0) return undefined
    await whenFree(() => verify(path), { ...wait, location: path })
    return undefined
  } catch (error) {
    if (error instanceof StoreError && (await isDamage(error, path, isOurs))) return error
    throw error
  }
}

/** Whether a failure of a file that we may read and write means that the file is not what it was. */
async function isDamage({ failure: { kind } }: StoreError, path: string, isOurs: boolean): Promise<boolean> {
  switch (kind) {
    case 'corrupt':
    case 'io':
      return true
    case 'not-a-database':
      return isOurs || (await wasMirror(path))
    case 'foreign-database':
      return holdsMarks(path)
    case 'read-only':
    case 'no-permission':
      return await isOpenTo(path)
    default:
      return false
  }
}

/** Puts a file and its companions aside, under a name that says when. Resolves with the name. */
export async function putAside(path: string, now: number): Promise<string> {
  const stamp = new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const aside = await freeName(`${path}.damaged-${stamp}`)
  await rename(path, aside)
  for (const suffix of COMPANIONS) {
    await rename(path + suffix, aside + suffix).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    })
  }
  return aside
}

/** The name, or the same with a number where there is something already. */
async function freeName(name: string): Promise<string> {
  for (let n = 1; ; n++) {
    const free = n === 1 ? name : `${name}-${n}`
    if ((await stat(free).catch(() => undefined)) === undefined) return free
  }
}

function verify(path: string): void {
  const connection = new Connection({ path })
  try {
    // A header that says that it cannot be written is noticed here and not in the middle of a cycle.
    connection.exec('BEGIN IMMEDIATE; ROLLBACK; BEGIN')
    verifyMarked(connection, path)
    connection.exec('ROLLBACK')
  } finally {
    connection.close()
  }
}

/** Whether a file with another program's mark is a mirror of ours all the same. */
function holdsMarks(path: string): boolean {
  try {
    const connection = new Connection({ path, readOnly: true })
    try {
      return isMarking(connection)
    } finally {
      connection.close()
    }
  } catch {
    return false
  }
}

/** How much of a file is looked at to tell whose it is. */
const LOOKED_AT = 4 * 1_024 * 1_024
const MAGIC = Buffer.from('SQLite format 3\0', 'latin1')
/** What stands in the schema of every mirror. */
const SIGN = Buffer.from('delivery_marks', 'latin1')

/**
 * Whether what is no database any more was a mirror: its beginning is nearly right, or nothing but zeros, or our schema
 * still stands in it. Anything else is somebody's file, and stays where it is.
 */
async function wasMirror(path: string): Promise<boolean> {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(LOOKED_AT), 0, LOOKED_AT, 0)
    const content = buffer.subarray(0, bytesRead)
    const begin = content.subarray(0, MAGIC.length)
    const differing = begin.reduce((sum, byte, i) => sum + bitsOf(byte ^ (MAGIC[i] ?? 0)), 0)
    return differing <= begin.length / 2 || content.every((byte) => byte === 0) || content.includes(SIGN)
  } finally {
    await file.close()
  }
}

function bitsOf(byte: number): number {
  let bits = 0
  for (let rest = byte; rest > 0; rest >>= 1) bits += rest & 1
  return bits
}

async function isOpenTo(path: string): Promise<boolean> {
  try {
    await access(path, constants.R_OK | constants.W_OK)
    await access(dirname(path), constants.W_OK)
    return true
  } catch {
    return false
  }
}
