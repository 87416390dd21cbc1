import { calendarOf, createManualClock, instrumentOf, parseInstant } from '@openpredict/market'
import { createMarket } from '@openpredict/simulator'
import { openStore, type Row, type Store } from '@openpredict/store'
import { beforeEach, describe, expect, it } from 'vitest'

import { dueStretch, healMissing, isAccountedFor, recordMissing } from './missing-minutes.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const NQ = 'NQ=F'
const instrument = instrumentOf(NQ)
const calendar = calendarOf(instrument)
/** A Wednesday. */
const T = parseInstant('2024-06-05T14:00:00Z')
const market = createMarket({ seed: 9, instrument })
const clock = createManualClock(T)

let store: Store
beforeEach(async () => {
  store = await openStore('sqlite::memory:', { clock })
  return () => store.close()
})

/** Stores the market's bars of `[from, to)` but those of some minutes. */
async function put(from: number, to: number, without: readonly number[]): Promise<void> {
  const bars = market.bars(from, to).toArray()
  const kept = bars.filter(({ time }) => !without.includes(time))
  await store.transaction((tx) => tx.putBars(NQ, kept, { source: 'test', ingestedAt: T }))
}

async function record(from: number, to: number, askedAt: number | undefined): Promise<number> {
  return await store.transaction((tx) => recordMissing(tx, { symbol: NQ, calendar, from, to, askedAt }))
}

async function rows(): Promise<readonly Row<'missing_minutes'>[]> {
  return await store.readRows('missing_minutes', { instrument: NQ })
}

describe('recordMissing', () => {
  it('records open minutes without a bar, once', async () => {
    const gone = [T + 3 * MINUTE, T + 4 * MINUTE]
    await put(T, T + 10 * MINUTE, gone)
    expect(await record(T, T + 10 * MINUTE, T + HOUR)).toBe(2)
    const found = await rows()
    expect(found.map(({ timestamp }) => timestamp)).toEqual(gone)
    expect(found[0]).toMatchObject({
      state: 'absent_at_source',
      times_asked: 1,
      first_asked_at: T + HOUR,
      last_asked_at: T + HOUR,
      healed_at: null,
    })
    expect(await record(T, T + 10 * MINUTE, T + HOUR)).toBe(0)
    expect(await rows()).toEqual(found)
  })

  it('does not take the halt, the weekend and a holiday for missing', async () => {
    const day = parseInstant('2024-07-04T21:00:00Z')
    for (const from of [parseInstant('2024-06-05T21:00:00Z'), parseInstant('2024-06-08T12:00:00Z'), day]) {
      expect(await record(from, from + 50 * MINUTE, T)).toBe(0)
    }
    expect(await record(parseInstant('2024-06-05T20:58:00Z'), parseInstant('2024-06-05T22:02:00Z'), T)).toBe(4)
  })

  it('says where nobody has asked, and what the first answer makes of it', async () => {
    await record(T, T + MINUTE, undefined)
    expect(await rows()).toMatchObject([{ state: 'not_fetched', times_asked: 0, first_asked_at: null }])
    await record(T, T + MINUTE, T + HOUR)
    expect(await rows()).toMatchObject([{ state: 'absent_at_source', times_asked: 1, first_asked_at: T + HOUR }])
  })

  it('touches a known one only when it is twice as old as when it was asked for last', async () => {
    const asked: number[] = []
    for (let minute = 1; minute <= 60; minute++) {
      await record(T, T + MINUTE, T + minute * MINUTE)
      const [row] = await rows()
      if (row?.times_asked !== asked.length) asked.push(minute)
    }
    expect(asked).toEqual([1, 2, 4, 8, 16, 32])
  })
})

describe('healMissing', () => {
  it('marks the minutes that have come, and no others', async () => {
    await record(T, T + 5 * MINUTE, T + HOUR)
    const come = [T + MINUTE, T + 3 * MINUTE, T + 9 * MINUTE]
    expect(await store.transaction((tx) => healMissing(tx, NQ, come, T + 2 * HOUR))).toBe(2)
    const healed = (await rows()).filter((row) => row.healed_at !== null)
    expect(healed.map(({ timestamp }) => timestamp)).toEqual(come.slice(0, 2))
    expect(await store.transaction((tx) => healMissing(tx, NQ, come, T + 3 * HOUR))).toBe(0)
    expect(await store.transaction((tx) => healMissing(tx, NQ, [], T))).toBe(0)
  })
})

describe('dueStretch', () => {
  const bounds = (now: number): { from: number; before: number; now: number } => ({
    from: T - HOUR,
    before: T + HOUR,
    now,
  })

  it('is the newest stretch of what is due, with what lies near it', async () => {
    for (const minute of [-50, 0, 5, 7]) await record(T + minute * MINUTE, T + (minute + 1) * MINUTE, T + 10 * MINUTE)
    expect(await dueStretch(store, NQ, bounds(T + 10 * MINUTE))).toMatchObject({ due: undefined })
    const { due } = await dueStretch(store, NQ, bounds(T + 3 * HOUR))
    expect(due).toEqual({ from: T - 50 * MINUTE, to: T + 8 * MINUTE })
    const early = await dueStretch(store, NQ, bounds(T + 14 * MINUTE))
    expect(early.due).toEqual({ from: T + 7 * MINUTE, to: T + 8 * MINUTE })
    // The one of minute 5 was five minutes old and is due when it is ten minutes older... in the order of their ages.
    expect(early.lookAgainAt).toBe(T + 15 * MINUTE)
  })

  it('is at once what nobody has asked for, and never what is healed', async () => {
    await record(T, T + MINUTE, undefined)
    expect((await dueStretch(store, NQ, bounds(T + MINUTE))).due).toEqual({ from: T, to: T + MINUTE })
    await store.transaction((tx) => tx.markHealed(NQ, [T], T + HOUR))
    expect(await dueStretch(store, NQ, bounds(T + 9 * HOUR))).toEqual({
      due: undefined,
      lookAgainAt: Number.POSITIVE_INFINITY,
    })
  })

  it('asks for what lies far apart one after the other', async () => {
    await record(T - 30 * HOUR, T - 30 * HOUR + MINUTE, undefined)
    await record(T, T + MINUTE, undefined)
    const all = { from: T - 100 * HOUR, before: T + HOUR, now: T + HOUR }
    expect((await dueStretch(store, NQ, all)).due).toEqual({ from: T, to: T + MINUTE })
  })
})

describe('isAccountedFor', () => {
  it('holds when every open minute has a bar or is absent at the source', async () => {
    const stretch = { symbol: NQ, calendar, from: T, to: T + 10 * MINUTE }
    expect(await isAccountedFor(store, stretch)).toBe(false)
    await put(T, T + 10 * MINUTE, [T + 3 * MINUTE])
    expect(await isAccountedFor(store, stretch)).toBe(false)
    await record(T, T + 10 * MINUTE, undefined)
    expect(await isAccountedFor(store, stretch)).toBe(false)
    await record(T, T + 10 * MINUTE, T + HOUR)
    expect(await isAccountedFor(store, stretch)).toBe(true)
  })
})
