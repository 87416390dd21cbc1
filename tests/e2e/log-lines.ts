import { existsSync, readFileSync } from 'node:fs'

import { vi } from 'vitest'

/** A line of the structured log. */
export interface LogLine {
  readonly timestamp: string
  readonly level: string
  readonly component: string
  readonly cycle: number | null
  readonly operation: string
  readonly duration_ms: number | null
  readonly status: string | null
  readonly bars_fetched: number | null
  readonly message: string
  readonly [more: string]: unknown
}

/** Reads whole lines of the log. */
export function parseLog(text: string): readonly LogLine[] {
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  return whole
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LogLine)
}

/** The lines that a log file has by now. */
export function readLog(path: string): readonly LogLine[] {
  return existsSync(path) ? parseLog(readFileSync(path, 'utf8')) : []
}

/** Waits until something is so, and returns it. */
export async function until<T>(what: () => T | undefined | false): Promise<T> {
  return await vi.waitUntil(what, { timeout: 20_000, interval: 20 })
}
