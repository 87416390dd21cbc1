import type { Calendar } from '@openpredict/market'
import type { StoreReader, StoreTransaction, WithoutInstrument } from '@openpredict/store'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** How much must lie between two missing minutes for them to be asked for apart. */
const APART = 2 * HOUR
/** What is asked for at once. */
const LONGEST_ASK = 7 * DAY

type MissingRow = WithoutInstrument<'missing_minutes'>

/** A stretch of time, epoch ms, `to` not included. */
export interface Stretch {
  readonly from: number
  readonly to: number
}

/** What an answer of the source covered. */
export interface Covered extends Stretch {
  readonly symbol: string
  readonly calendar: Calendar
  /** When the answer came, epoch ms; `undefined`: nobody has asked. */
  readonly askedAt: number | undefined
}

/**
 * Records every open minute of a stretch that has no bar: `absent_at_source` where an answer covered it, `not_fetched`
 * where none did. One that is known already is touched only when it was due, so that a quiet minute does not write a row
 * in every cycle. Returns how many were not known before.
 */
export async function recordMissing(tx: StoreTransaction, covered: Covered): Promise<number> {
  const { symbol, calendar, from, to, askedAt } = covered
  if (from >= to) return 0
  const open = openMinutes(calendar, { from, to })
  const stored = new Set((await tx.readBars({ instrument: symbol, from, to })).time)
  const absent = open.filter((minute) => !stored.has(minute))
  if (absent.length === 0) return 0
  const rows = await tx.readRows('missing_minutes', { instrument: symbol, from, to })
  const known = new Map(rows.map((row) => [row.timestamp, row]))
  const changed = absent.flatMap((timestamp): MissingRow[] => {
    const row = known.get(timestamp)
    if (row === undefined) return [firstSeen(timestamp, askedAt)]
    if (askedAt === undefined || askedAt < dueAt(row)) return []
    return [
      {
        ...row,
        state: 'absent_at_source',
        times_asked: row.times_asked + 1,
        first_asked_at: row.first_asked_at ?? askedAt,
        last_asked_at: askedAt,
      },
    ]
  })
  await tx.putMissingMinutes(
    symbol,
    changed.map(({ ...row }) => row),
  )
  return absent.filter((minute) => !known.has(minute)).length
}

/** Whether every open minute of a stretch has a bar, or is known to be missing at the source. */
export async function isAccountedFor(
  store: StoreReader,
  { symbol, calendar, from, to }: Omit<Covered, 'askedAt'>,
): Promise<boolean> {
  const stored = new Set((await store.readBars({ instrument: symbol, from, to })).time)
  for (const row of await store.readRows('missing_minutes', { instrument: symbol, from, to })) {
    if (row.state === 'absent_at_source') stored.add(row.timestamp)
  }
  return openMinutes(calendar, { from, to }).every((minute) => stored.has(minute))
}

/** Marks the minutes among `times` (ascending) that were missing as healed; returns how many. */
export async function healMissing(
  tx: StoreTransaction,
  symbol: string,
  times: ArrayLike<number> & Iterable<number>,
  now: number,
): Promise<number> {
  const first = times[0]
  const last = times[times.length - 1]
  if (first === undefined || last === undefined) return 0
  const rows = await tx.readRows('missing_minutes', { instrument: symbol, from: first, to: last + 1 })
  const open = rows.filter((row) => row.healed_at === null)
  if (open.length === 0) return 0
  const come = new Set(times)
  const healed = open.flatMap(({ timestamp }) => (come.has(timestamp) ? [timestamp] : []))
  return await tx.markHealed(symbol, healed, now)
}

/**
 * The newest stretch of minutes that are missing and due: asked for again whenever they are twice as old as when they
 * were last asked for. `from` and `before` bound it: how far the source reaches back, and where the cycle's own window
 * begins. With it, when to look again.
 */
export async function dueStretch(
  store: StoreReader,
  symbol: string,
  { from, before, now }: { readonly from: number; readonly before: number; readonly now: number },
): Promise<{ readonly due: Stretch | undefined; readonly lookAgainAt: number }> {
  const rows = await store.readRows('missing_minutes', { instrument: symbol, from, to: before })
  const open = rows.filter((row) => row.healed_at === null)
  const due = open.flatMap((row) => (dueAt(row) <= now ? [row.timestamp] : []))
  const later = open.flatMap((row) => (dueAt(row) > now ? [dueAt(row)] : []))
  const lookAgainAt = later.reduce((earliest, at) => Math.min(earliest, at), Number.POSITIVE_INFINITY)
  return { due: newestStretch(due), lookAgainAt }
}

/** The last of ascending minutes, with those before it that lie near enough to be asked for together. */
function newestStretch(minutes: readonly number[]): Stretch | undefined {
  const last = minutes.at(-1)
  if (last === undefined) return undefined
  let from = last
  for (const minute of minutes.toReversed()) {
    if (from - minute > APART || last - minute > LONGEST_ASK) break
    from = minute
  }
  return { from, to: last + MINUTE }
}

/** When a missing minute is to be asked for again, epoch ms: at once when nobody has, else at twice its age then. */
function dueAt({ timestamp, last_asked_at: last }: Pick<MissingRow, 'timestamp' | 'last_asked_at'>): number {
  return last === null ? timestamp : last + Math.max(MINUTE, last - timestamp)
}

function firstSeen(timestamp: number, askedAt: number | undefined): MissingRow {
  return {
    timestamp,
    state: askedAt === undefined ? 'not_fetched' : 'absent_at_source',
    times_asked: askedAt === undefined ? 0 : 1,
    first_asked_at: askedAt ?? null,
    last_asked_at: askedAt ?? null,
    healed_at: null,
  }
}

/** The open times of the whole open minutes in a stretch. */
function openMinutes(calendar: Calendar, { from, to }: Stretch): readonly number[] {
  return calendar.openPeriods(from, to).flatMap(({ start, end }) => {
    const first = Math.ceil(start / MINUTE) * MINUTE
    return Array.from({ length: Math.max(0, Math.floor((end - first) / MINUTE)) }, (_, i) => first + i * MINUTE)
  })
}
