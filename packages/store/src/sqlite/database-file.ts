import type { Stats } from 'node:fs'
import { mkdir, open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

import { StoreError } from '../errors.ts'
import { storeErrorOf } from './failures.ts'

/** Marks a SQLite file as ours ("OPDT"), https://www.sqlite.org/pragma.html#pragma_application_id. */
export const APPLICATION_ID = 0x4f504454

const MAGIC = 'SQLite format 3\0'
const HEADER_BYTES = 100
const APPLICATION_ID_OFFSET = 68

/**
 * Looks at what is at a path before SQLite touches it, and makes the folder of a new file.
 *
 * Resolves when the file is ours, empty, or new; rejects with a `StoreError` that says what it is instead.
 */
export async function inspectFile(path: string, { readOnly }: { readonly readOnly: boolean }): Promise<void> {
  try {
    const found = await statOf(path)
    if (found === undefined) {
      if (readOnly) throw notFound(path)
      await mkdir(dirname(path), { recursive: true })
    } else if (!found.isFile()) {
      throw new StoreError(
        `store ${path}: this is ${found.isDirectory() ? 'a folder' : 'no ordinary file'}, expected a file`,
        { kind: 'not-a-file' },
        { hint: 'Give the path of a file.' },
      )
    } else if (found.size > 0) refuseForeign(path, await headerOf(path))
  } catch (error) {
    throw storeErrorOf(error, path)
  }
}

/** What opening for reading says where nothing is. */
export function notFound(location: string): StoreError {
  return new StoreError(
    `store ${location}: there is nothing to read`,
    { kind: 'not-found' },
    { hint: 'Collect or import something first, or give another path.' },
  )
}

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

async function headerOf(path: string): Promise<Buffer> {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

function refuseForeign(path: string, header: Buffer): void {
  if (header.length < HEADER_BYTES || header.toString('latin1', 0, MAGIC.length) !== MAGIC) {
    throw new StoreError(
      `store ${path}: the file is not a SQLite database`,
      { kind: 'not-a-database' },
      { hint: 'Give the path of another file, or of a new one.' },
    )
  }
  const applicationId = header.readUInt32BE(APPLICATION_ID_OFFSET)
  if (applicationId === APPLICATION_ID) return
  throw new StoreError(
    `store ${path}: the SQLite database belongs to another program (application id ${applicationId})`,
    { kind: 'foreign-database' },
    { hint: 'Give the path of another file, or of a new one.' },
  )
}
