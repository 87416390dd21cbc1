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
  if (size <= 0) return count(bars, 'bar')
  // A file that is still written to may give more than it had.
  const part = Math.min(bytes / size, 1)
  const full = Math.floor(part * WIDTH)
  const percent = `${Math.floor(part * 100)}`.padStart(3)
  return `${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${percent} %  ${count(bars, 'bar')}`
}
