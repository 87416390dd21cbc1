import type { CopyProgress } from '@openpredict/store'

import { count } from './format.ts'

const WIDTH = 20

/** How far a file of bars has been read. */
export interface Progress {
  /** Bytes read of the file. */
  readonly bytes: number
  /** All its bytes; 0 when that is not known. */
  readonly size: number
  /** The bars in what was read. */
  readonly bars: number
}

/** One line for a terminal: a bar, the part of the file that was read, and the bars so far. */
export function progressBar({ bytes, size, bars }: Progress): string {
  return size <= 0 ? count(bars, 'bar') : `${partBar(bytes / size)}  ${count(bars, 'bar')}`
}

/** One line for a terminal: a bar, the part of the table that was looked at, and what it is looked at for. */
export function copyBar({ table, phase, rows, of }: CopyProgress): string {
  return `${partBar(of <= 0 ? 1 : rows / of)}  ${phase === 'copy' ? 'copying' : 'comparing'} ${table}, ${count(rows, 'row')}`
}

/** A bar, and how much of it is full, as a part of 1. */
export function partBar(of: number): string {
  // What is still written to may give more than it had.
  const part = Math.min(of, 1)
  const full = Math.floor(part * WIDTH)
  return `${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${`${Math.floor(part * 100)}`.padStart(3)} %`
}
