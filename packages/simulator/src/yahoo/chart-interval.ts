import { newYorkDate, newYorkInstant, tradingDate } from '@openpredict/market'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

/** An interval for which charts are served. */
export interface ChartInterval {
  /** What the answer calls it: 60m is answered as 1h. */
  readonly name: string
  /** The length of a bar that lies within a day; `undefined` for bars of whole trading days. */
  readonly length: number | undefined
  /** The start of the bar in which `time` lies. */
  readonly startOf: (time: number) => number
  /** How far back bars go, in days; `undefined` for as far as there are any. */
  readonly withinDays: number | undefined
  /** The most days that one request may span. */
  readonly daysPerRequest: number | undefined
}

function intraday(name: string, minutes: number, withinDays: number, daysPerRequest?: number): ChartInterval {
  const length = minutes * MINUTE
  return { name, length, startOf: (time) => Math.floor(time / length) * length, withinDays, daysPerRequest }
}

/** Bars of whole trading days, stamped with the New York midnight that begins the first date in them. */
function ofDays(name: string, firstOf: (date: number) => number): ChartInterval {
  const startOf = (time: number): number => newYorkInstant(firstOf(tradingDate(time)))
  return { name, length: undefined, startOf, withinDays: undefined, daysPerRequest: undefined }
}

/** 1970-01-01 was a Thursday. */
const monday = (date: number): number => date - ((date + 3) % 7)

function firstOfMonths(count: number): (date: number) => number {
  return (date) => {
    const day = new Date(date * DAY)
    const month = Math.floor(day.getUTCMonth() / count) * count
    return Date.UTC(day.getUTCFullYear(), month, 1) / DAY
  }
}

const HOURLY = intraday('1h', 60, 730)

/** The intervals by the name that a request gives, in the order in which a refusal lists them. */
export const CHART_INTERVALS: ReadonlyMap<string, ChartInterval> = new Map([
  ['1m', intraday('1m', 1, 30, 8)],
  ['2m', intraday('2m', 2, 60)],
  ['5m', intraday('5m', 5, 60)],
  ['15m', intraday('15m', 15, 60)],
  ['30m', intraday('30m', 30, 60)],
  ['60m', HOURLY],
  ['90m', intraday('90m', 90, 60)],
  ['1h', HOURLY],
  ['4h', intraday('4h', 240, 730)],
  ['1d', ofDays('1d', (date) => date)],
  ['5d', ofDays('5d', monday)],
  ['1wk', ofDays('1wk', monday)],
  ['1mo', ofDays('1mo', firstOfMonths(1))],
  ['3mo', ofDays('3mo', firstOfMonths(3))],
])

/** The ranges that an answer offers. */
export const VALID_RANGES = ['1d', '5d', '1mo', '3mo', '6mo', '1y', '2y', '5y', '10y', 'ytd', 'max'] as const

/** When a range that ends now begins; `undefined` when it is none. `first` is the first instant of trading. */
export function startOfRange(range: string, now: number, first: number): number | undefined {
  if (range === 'max') return first
  const today = newYorkDate(now)
  const earliest = newYorkDate(first)
  const since = (date: number): number => newYorkInstant(Math.max(date, earliest))
  const date = new Date(today * DAY)
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()]
  if (range === 'ytd') return since(Date.UTC(year, 0, 1) / DAY)
  const match = /^(\d{1,3})(d|wk|mo|y)$/.exec(range)
  const count = Number(match?.[1])
  switch (match?.[2]) {
    case 'd':
      return since(weekdaysBefore(today, count))
    case 'wk':
      return since(today - 7 * count)
    case 'mo':
      return since(Date.UTC(year, month - count, day) / DAY)
    case 'y':
      return since(Date.UTC(year - count, month, day) / DAY)
    default:
      return undefined
  }
}

/** The first date of the `count` weekdays that end with `date`, or with the Friday before it. */
function weekdaysBefore(date: number, count: number): number {
  let day = date + 1
  for (let left = count; left > 0;) {
    day--
    if ((day + 4) % 7 !== 0 && (day + 4) % 7 !== 6) left--
  }
  return day
}
