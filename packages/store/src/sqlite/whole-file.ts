import { open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

import { StoreError } from '../errors.ts'
import { storeErrorOf } from './failures.ts'

/**
 * Has `write` make a file beside `path`, and gives it its name when it is complete and on the disk.
 *
 * Rejects with a `StoreError` of kind `exists` when there is something at `path`; what `write` throws leaves nothing.
 */
export async function writeWhole(path: string, write: (partial: string) => Promise<void>): Promise<void> {
  const partial = `${path}.partial-${process.pid}`
  try {
    await refuseExisting(path)
    await write(partial)
    await sync(partial)
    await rename(partial, path)
    await sync(dirname(path))
  } catch (error) {
    await rm(partial, { force: true })
    throw storeErrorOf(error, path)
  }
}

async function refuseExisting(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) return
  throw new StoreError(
    `${path}: there is something here already, expected a new file`,
    { kind: 'exists' },
    { hint: 'Give another name, or move what is there away.' },
  )
}

/** Sees that a file, or a folder's list of names, has reached the disk. */
async function sync(path: string): Promise<void> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    // Some systems do not open folders.
    if (error.code === 'EISDIR' || error.code === 'EPERM') return undefined
    throw error
  })
  if (file === undefined) return
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
