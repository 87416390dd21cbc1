import type { RequestFault } from '../faults/fault.ts'

/** What was asked of the server, and what it answered. Instants are epoch ms by the server's clock. */
export interface RequestLog {
  readonly time: number
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly symbol?: string
  /** The interval answered (`1h` for 60m), or the one refused. */
  readonly interval?: string
  /** The window, where one was asked for or found from a range. */
  readonly period1?: number
  readonly period2?: number
  /** 0 when the client did not get to see one. */
  readonly status: number
  /** How many rows the answer has, the live one included. */
  readonly bars: number
  /** What was done to it on purpose. */
  readonly fault?: RequestFault['kind']
}

/** Adds to a log and forgets what is older than the last `capacity` entries. */
export function keepLast<Entry>(log: Entry[], entry: Entry, capacity: number): void {
  log.push(entry)
  if (log.length > capacity) log.shift()
}
