import { closeSync, constants, openSync, writeSync } from 'node:fs'
import { open, type FileHandle, stat } from 'node:fs/promises'

import type { LogSink } from './log-sink.ts'

/** How often what has gathered is written. */
const EVERY_MS = 200
/** As much as is held while the file cannot be written: some 20,000 lines. The oldest go first. */
const MOST_HELD = 5_000_000
/** How often a file that could not be written is tried again. */
const RETRY_MS = 2_000
const APPEND = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK
const MODE = 0o640

/** What a log file is made of. */
export interface LogFileOptions {
  readonly path: string
  /** Told once when the file cannot be written, and once when it can be again. */
  readonly onTrouble: (trouble: LogFileTrouble) => void
  /** As much as is held while the file cannot be written, in characters. @default 5_000_000 */
  readonly mostHeld?: number
  /** How often the file is tried again then. @default 2_000 */
  readonly retryMs?: number
}

/** What has become of a log file. */
export type LogFileTrouble =
  | { readonly kind: 'unwritable'; readonly path: string; readonly code: string }
  | { readonly kind: 'writable-again'; readonly path: string; readonly lost: number }

/**
 * A file that lines are appended to: gathered for a fifth of a second, written beside everything else. Before each
 * writing it looks whether the file is still at its path; where it was moved or deleted, another one is made. A file
 * that cannot be written is tried again and again while lines wait.
 */
export class LogFile implements LogSink {
  readonly #options: LogFileOptions
  #held: string[] = []
  #size = 0
  #lost = 0
  #file: FileHandle | undefined
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> | undefined
  /** What is being written, so that an end in the middle of it can write it again. */
  #underway = Buffer.alloc(0)
  #isTroubled = false
  #reopen = false
  #isClosed = false

  constructor(options: LogFileOptions) {
    this.#options = options
  }

  readonly write = (line: string): void => {
    if (this.#isClosed) return
    this.#held.push(line)
    this.#size += line.length
    const { mostHeld = MOST_HELD } = this.#options
    while (this.#size > mostHeld && this.#held.length > 1) {
      this.#size -= this.#held.shift()?.length ?? 0
      this.#lost++
    }
    this.#schedule(EVERY_MS)
  }

  readonly reopen = (): void => {
    this.#reopen = true
    // Also without a line to write: whoever has moved the file waits for the new one.
    this.#schedule(0)
  }

  readonly close = async (): Promise<void> => {
    clearTimeout(this.#timer)
    await this.#writing
    if (this.#held.length > 0) await this.#flush()
    clearTimeout(this.#timer)
    await this.#file?.close().catch(() => undefined)
    this.#file = undefined
  }

  /** Writes what is held before the process ends. For the event `exit`, in which nothing can be waited for. */
  readonly flushNow = (): void => {
    const bytes = Buffer.concat([this.#underway, Buffer.from(this.#held.join(''))])
    if (this.#isClosed || bytes.length === 0) return
    this.#isClosed = true
    const { path } = this.#options
    let fd: number | undefined
    try {
      fd = openSync(path, APPEND, MODE)
      writeSync(fd, bytes)
    } catch {
      // Said before, or too late to be said.
    } finally {
      if (fd !== undefined) closeSync(fd)
    }
  }

  #schedule(ms: number): void {
    if (this.#writing !== undefined || this.#isClosed) return
    if (this.#timer !== undefined && ms > 0) return
    clearTimeout(this.#timer)
    // Nothing keeps the process alive but its work.
    this.#timer = setTimeout(() => void this.#flush(), this.#isTroubled && ms > 0 ? this.#retryMs : ms).unref()
  }

  get #retryMs(): number {
    return this.#options.retryMs ?? RETRY_MS
  }

  async #flush(): Promise<void> {
    this.#timer = undefined
    this.#writing ??= this.#writeHeld().finally(() => {
      this.#writing = undefined
      if (this.#held.length > 0 || this.#reopen) this.#schedule(EVERY_MS)
    })
    await this.#writing
  }

  async #writeHeld(): Promise<void> {
    const { path } = this.#options
    try {
      const file = await this.#current(path)
      this.#underway = Buffer.from(this.#held.join(''))
      this.#held = []
      this.#size = 0
      while (this.#underway.length > 0) {
        const { bytesWritten } = await file.write(this.#underway)
        this.#underway = this.#underway.subarray(bytesWritten)
      }
      this.#noteWritable(path)
    } catch (error) {
      this.#holdAgain()
      await this.#file?.close().catch(() => undefined)
      this.#file = undefined
      this.#noteUnwritable(path, error)
    }
  }

  /** What could not be written is held again, before what has come since. */
  #holdAgain(): void {
    const lines = this.#underway.toString().split(/(?<=\n)/)
    this.#underway = Buffer.alloc(0)
    if (lines[0] === '') return
    this.#held = [...lines, ...this.#held]
    this.#size = this.#held.reduce((sum, line) => sum + line.length, 0)
  }

  /** The file at the path: the one that is open, or another one where that is no longer there. */
  async #current(path: string): Promise<FileHandle> {
    if (this.#file !== undefined && (this.#reopen || !(await isAt(this.#file, path)))) {
      await this.#file.close().catch(() => undefined)
      this.#file = undefined
    }
    this.#reopen = false
    this.#file ??= await open(path, APPEND, MODE)
    return this.#file
  }

  #noteUnwritable(path: string, error: unknown): void {
    if (this.#isTroubled) return
    this.#isTroubled = true
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    this.#options.onTrouble({ kind: 'unwritable', path, code })
  }

  #noteWritable(path: string): void {
    if (!this.#isTroubled && this.#lost === 0) return
    this.#isTroubled = false
    this.#options.onTrouble({ kind: 'writable-again', path, lost: this.#lost })
    this.#lost = 0
  }
}

async function isAt(file: FileHandle, path: string): Promise<boolean> {
  const there = await stat(path).catch(() => undefined)
  if (there === undefined) return false
  const here = await file.stat()
  return here.ino === there.ino && here.dev === there.dev
}
