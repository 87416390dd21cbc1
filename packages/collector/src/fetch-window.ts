const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** What part of history a cycle asks the source for: bars that open in `[from, to)`, epoch ms. */
export interface FetchWindow {
  readonly from: number
  readonly to: number
  /** Nothing is stored yet. */
  readonly cold: boolean
}

/** How far a cycle looks back. */
export interface FetchWindowOptions {
  /** Minutes before the newest stored bar that are asked for again, to catch corrections. @default 30 */
  readonly overlapMinutes?: number
  /** Days of history that a cold start asks for. @default 7 */
  readonly coldStartDays?: number
  /** The first bar that a cold start asks for, epoch ms, in place of `coldStartDays` and however far back. */
  readonly coldStartFrom?: number
  /** How many days back the source can go at the most. @default 29 */
  readonly reachDays?: number
}

/**
 * The window of one cycle: from `overlapMinutes` before the newest stored bar, or `coldStartDays` back when nothing is
 * stored, up to and with the minute of `now`.
 *
 * @example
 * ```ts
 * const window = fetchWindow(1_700_000_000_000, 1_699_999_980_000)
 * (window.to - window.from) / 60_000 // => 30
 * ```
 */
export function fetchWindow(now: number, newestBar: number | undefined, options: FetchWindowOptions = {}): FetchWindow {
  const { overlapMinutes = 30, coldStartDays = 7, coldStartFrom, reachDays = 29 } = options
  const to = Math.floor(now / MINUTE) * MINUTE + MINUTE
  if (newestBar === undefined && coldStartFrom !== undefined) return { from: coldStartFrom, to, cold: true }
  // History begins with a whole hour: no block of it is cut, and coarser bars from before end where it begins.
  const cold = Math.ceil((to - coldStartDays * DAY) / HOUR) * HOUR
  const wanted = newestBar === undefined ? cold : newestBar - (overlapMinutes - 1) * MINUTE
  return { from: Math.max(wanted, to - reachDays * DAY), to, cold: newestBar === undefined }
}
