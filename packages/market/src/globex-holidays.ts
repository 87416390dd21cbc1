import {
  dateOf,
  easterSunday,
  FRIDAY,
  lastWeekday,
  MONDAY,
  nthWeekday,
  SATURDAY,
  SUNDAY,
  THURSDAY,
  weekdayOf,
  yearOf,
} from './civil-date.ts'

const HOUR = 3_600_000

/** Before the stock market would open: 8:30 in Chicago. */
const BEFORE_STOCKS_OPEN = 9.5 * HOUR
/** After the jobs report of 8:30 New York. */
const AFTER_JOBS_REPORT = 9.25 * HOUR
/** When the session of a holiday ends. */
const MIDDAY = 13 * HOUR
/** When the session beside a holiday ends: a quarter of an hour after stocks. */
const AFTER_STOCKS_CLOSE_EARLY = 13.25 * HOUR

/** What is special about a date on which CME equity-index futures do not trade until 17:00 New York. */
export interface Holiday {
  readonly name: string
  /** The time of day in New York (ms) at which the session ends that bears the date; `undefined`: it has none. */
  readonly close: number | undefined
  /** Whether that session trades. One that does not is listed by calendars all the same. */
  readonly trades: boolean
}

type Rule = (year: number) => readonly [date: number, close: number | undefined, trades?: boolean] | undefined

/**
 * The holidays of CME equity-index futures and the years from which they are kept.
 *
 * The hours are those of CME Group's holiday calendar, the same in every year since 2015.
 */
const RULES: Readonly<Record<string, Rule>> = {
  // New Year's Eve is a full session, also when New Year falls on a Saturday.
  "New Year's Day": (year) => [sundayToMonday(dateOf(year, 1, 1)), undefined],
  'Martin Luther King Day': (year) => [nthWeekday(year, 1, MONDAY, 3), MIDDAY],
  "Presidents' Day": (year) => [nthWeekday(year, 2, MONDAY, 3), MIDDAY],
  'Good Friday': goodFriday,
  'Memorial Day': (year) => [lastWeekday(year, 5, MONDAY), MIDDAY],
  Juneteenth: (year) => (year >= 2022 ? [toNearestWeekday(dateOf(year, 6, 19)), MIDDAY] : undefined),
  'the eve of Independence Day': (year) => eve(dateOf(year, 7, 4)),
  'Independence Day': (year) => [toNearestWeekday(dateOf(year, 7, 4)), MIDDAY],
  'Labor Day': (year) => [nthWeekday(year, 9, MONDAY, 1), MIDDAY],
  'Thanksgiving Day': (year) => [nthWeekday(year, 11, THURSDAY, 4), MIDDAY],
  'the day after Thanksgiving': (year) => [nthWeekday(year, 11, THURSDAY, 4) + 1, AFTER_STOCKS_CLOSE_EARLY],
  'Christmas Eve': (year) => eve(dateOf(year, 12, 25)),
  'Christmas Day': (year) => [toNearestWeekday(dateOf(year, 12, 25)), undefined],
}

/** National days of mourning, proclaimed for one date each: stocks do not trade, the futures stop before them. */
const DAYS_OF_MOURNING: ReadonlyMap<number, string> = new Map([
  [dateOf(2018, 12, 5), 'the day of mourning for George H. W. Bush'],
  [dateOf(2025, 1, 9), 'the day of mourning for Jimmy Carter'],
])

/** The holidays of a year by their dates (days since 1970-01-01). */
export function globexHolidays(year: number): ReadonlyMap<number, Holiday> {
  const holidays = new Map<number, Holiday>()
  for (const [name, rule] of Object.entries(RULES)) {
    const kept = rule(year)
    if (kept === undefined) continue
    const [date, close, trades = close !== undefined] = kept
    holidays.set(date, { name, close, trades })
  }
  for (const [date, name] of DAYS_OF_MOURNING) {
    if (yearOf(date) === year) holidays.set(date, { name, close: BEFORE_STOCKS_OPEN, trades: true })
  }
  return holidays
}

/**
 * Good Friday: no session, or, when the jobs report comes out on that day, one until 45 minutes after it.
 *
 * The report on March is due on the third Friday after the week of 12 March (Bureau of Labor Statistics), which is the
 * first Friday of April; no other report can fall on a Good Friday. Since 2023 calendars list the short session in
 * every year, though it trades in those years only: 2021, 2023, 2026, not 2024, 2025.
 */
function goodFriday(year: number): ReturnType<Rule> {
  const date = easterSunday(year) - 2
  const jobsReport = date === nthWeekday(year, 4, FRIDAY, 1)
  return jobsReport || year >= 2023 ? [date, AFTER_JOBS_REPORT, jobsReport] : [date, undefined]
}

/** The day before a holiday, unless a weekend lies between or the holiday is moved to that day. */
function eve(holiday: number): ReturnType<Rule> {
  const weekday = weekdayOf(holiday)
  return weekday === SUNDAY || weekday === MONDAY || weekday === SATURDAY
    ? undefined
    : [holiday - 1, AFTER_STOCKS_CLOSE_EARLY]
}

function sundayToMonday(date: number): number {
  return weekdayOf(date) === SUNDAY ? date + 1 : date
}

function toNearestWeekday(date: number): number {
  return weekdayOf(date) === SATURDAY ? date - 1 : sundayToMonday(date)
}
