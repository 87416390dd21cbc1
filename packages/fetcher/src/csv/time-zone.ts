const HOUR = 3_600_000
const DAY = 24 * HOUR

/** What the instants of a local time are: none in the hour that clocks skip, two in the one that they repeat. */
export type LocalInstants = readonly number[]

/**
 * A reader of a zone's wall clock: turns local time, written as if it were UTC (ms), into the instants at which the
 * clock shows it, ascending. Throws a `RangeError` when the platform knows no such IANA time zone.
 */
export function createLocalClock(timeZone: string): (local: number) => LocalInstants {
  const offset = createOffset(timeZone)
  let day = Number.NaN
  let steady: number | undefined
  return (local) => {
    const of = Math.floor(local / DAY) * DAY
    if (of !== day) {
      // Rules never change twice within three days: the same offset on both sides is that of all between.
      const before = offset(of - DAY)
      day = of
      steady = before === offset(of + 2 * DAY) ? before : undefined
    }
    if (steady !== undefined) return [local - steady]
    const candidates = new Set([offset(local - DAY), offset(local + DAY)].map((ms) => local - ms))
    return [...candidates].filter((time) => time + offset(time) === local).toSorted((a, b) => a - b)
  }
}

function createOffset(timeZone: string): (time: number) => number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
  return (time) => {
    const { value = '' } = format.formatToParts(time).find(({ type }) => type === 'timeZoneName') ?? {}
    const match = /^GMT([+-])(\d{2}):(\d{2})(?::(\d{2}))?$/.exec(value)
    // No offset is `GMT` on some platforms, `GMT+00:00` on others.
    if (match === null) return 0
    const [, sign, hours, minutes, seconds = 0] = match
    return (sign === '-' ? -1 : 1) * (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)) * 1_000
  }
}
