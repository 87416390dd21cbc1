import { statfs } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

const MIB = 1024 * 1024
/** Room for months of one instrument. */
const NEEDED_MIB = 200

/** The room left on the volume of a file, in words. Throws when it is less than `neededMib`. */
export async function freeSpace(
  path: string,
  { neededMib = NEEDED_MIB }: { readonly neededMib?: number } = {},
): Promise<string> {
  const folder = dirname(resolve(path))
  const { bavail, bsize } = await statfs(folder)
  const free = Math.floor((bavail * bsize) / MIB)
  if (free < neededMib) throw new FullDisk(folder, free, neededMib)
  return `${free.toLocaleString('en-US')} MiB free in ${folder}`
}

/** Little room is left on a disk. */
class FullDisk extends Error {
  override readonly name = 'FullDisk'
  readonly category = 'system'
  readonly code = 'disk-low'
  readonly hint = 'Make room, move the store to another disk, or prune it: openpredict db prune.'

  constructor(folder: string, free: number, needed: number) {
    super(`${free} MiB free in ${folder}, expected at least ${needed} MiB`)
  }
}
