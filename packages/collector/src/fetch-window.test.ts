import { describe, expect, it } from 'vitest'

import { fetchWindow } from './fetch-window.ts'

const MINUTE = 60_000
const DAY = 1_440 * MINUTE
const now = Date.UTC(2024, 5, 5, 14, 30, 30)
const minute = Date.UTC(2024, 5, 5, 14, 30)

describe('fetchWindow', () => {
  it('asks for seven days on a cold start, from a whole hour on, up to and with the running minute', () => {
    const hour = Date.UTC(2024, 4, 29, 15)
    expect(fetchWindow(now, undefined)).toEqual({ from: hour, to: minute + MINUTE, cold: true })
    const onTheHour = Date.UTC(2024, 5, 5, 14, 59)
    expect(fetchWindow(onTheHour, undefined)).toEqual({ from: hour, to: onTheHour + MINUTE, cold: true })
  })

  it('asks for the bars since the newest stored one and thirty minutes before', () => {
    const newest = minute - 11 * MINUTE
    const window = fetchWindow(now, newest)
    expect(window).toEqual({ from: newest - 29 * MINUTE, to: minute + MINUTE, cold: false })
    expect((newest + MINUTE - window.from) / MINUTE).toBe(30)
  })

  it('reaches back no further than the source can', () => {
    expect(fetchWindow(now, minute - 90 * DAY).from).toBe(minute + MINUTE - 29 * DAY)
    expect(fetchWindow(now, undefined, { coldStartDays: 60, reachDays: 5 }).from).toBe(minute + MINUTE - 5 * DAY)
  })

  it('takes another overlap', () => {
    const newest = minute - MINUTE
    expect(fetchWindow(now, newest, { overlapMinutes: 1 }).from).toBe(newest)
  })
})
