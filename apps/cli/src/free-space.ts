import { statfsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

const MIB = 1024 * 1024
/** Room for months of one instrument. */
const NEEDED_MIB = 200

/** How much room is left on the volume of a file. */
export interface FreeSpace {
  readonly folder: string
  readonly freeBytes: number
  /** It is less than a collector wants to have. */
  readonly isLow: boolean
}

/** Looks at the volume of a file. Throws when its folder is not there. */
export function freeSpaceOf(path: string, { neededMib = NEEDED_MIB }: { readonly neededMib?: number } = {}): FreeSpace {
  const folder = dirname(resolve(path))
  const { bavail, bsize } = statfsSync(folder)
  const freeBytes = bavail * bsize
  return { folder, freeBytes, isLow: Math.floor(freeBytes / MIB) < neededMib }
}

/** The room left on the volume of a file, in words. Throws when it is less than `neededMib`. */
export function freeSpace(path: string, { neededMib = NEEDED_MIB }: { readonly neededMib?: number } = {}): string {
  const { folder, freeBytes, isLow } = freeSpaceOf(path, { neededMib })
  const free = Math.floor(freeBytes / MIB)
  if (isLow) throw new FullDisk(folder, free, neededMib)
  return `${free.toLocaleString('en-US')} MiB free in ${folder}`
}

/** Little room is left on a disk. */
export class FullDisk extends Error {
  override readonly name = 'FullDisk'
  readonly category = 'system'
  readonly code = 'disk-low'
  readonly hint = 'Make room, move the store to another disk, or prune it: openpredict db prune.'

  constructor(folder: string, free: number, needed: number = NEEDED_MIB) {
    super(`${free} MiB free in ${folder}, expected at least ${needed} MiB`)
  }
}
