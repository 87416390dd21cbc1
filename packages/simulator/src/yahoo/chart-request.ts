import { CHART_INTERVALS, type ChartInterval, startOfRange } from './chart-interval.ts'

const DAY = 86_400_000

/** A chart that is asked for. Instants are epoch ms; `period1` is not before the first trade, nor after now. */
export interface ChartRequest {
  readonly interval: ChartInterval
  readonly period1: number
  readonly period2: number
  /** The range that was asked for by name; empty when it was asked for by instants. */
  readonly range: string
  readonly includePrePost: boolean
}

/** A request that cannot be answered with a chart: the status and the words that Yahoo has for it. */
export interface Refusal {
  readonly status: 400 | 404 | 405 | 422 | 500
  readonly code: string
  readonly description: string
}

/** What is known about time when a request comes in, epoch ms. */
export interface RequestContext {
  readonly now: number
  readonly firstTrade: number
}

/** Reads the query of a chart request, with Yahoo's defaults and limits. */
export function parseChartRequest(query: URLSearchParams, context: RequestContext): ChartRequest | Refusal {
  const named = query.get('period1') === null ? (query.get('range') ?? '1d') : ''
  const name = query.get('interval') ?? (named === '1d' ? '1m' : '1d')
  const interval = CHART_INTERVALS.get(name)
  if (interval === undefined) {
    const valid = [...CHART_INTERVALS.keys()].join(', ')
    return badRequest(`Invalid input - interval=${name} is not supported. Valid intervals: [${valid}]`)
  }

  const period1 = named === '' ? instantIn(query.get('period1')) : startOfRange(named, context.now, context.firstTrade)
  const period2 = named === '' && query.has('period2') ? instantIn(query.get('period2')) : context.now
  if (period1 === undefined) {
    return badRequest(
      named === '' ? 'Invalid input - period1 is not a number' : `Invalid input - range=${named} is not supported`,
    )
  }
  if (period2 === undefined) return badRequest('Invalid input - period2 is not a number')
  const [start, end] = [Math.floor(period1 / 1000), Math.floor(period2 / 1000)]
  if (start >= end) {
    return badRequest(`Invalid input - start date cannot be after end date. startDate = ${start}, endDate = ${end}`)
  }
  if (period2 <= context.firstTrade || period1 > context.now) {
    return noData(period1, period2)
  }
  const limit = brokenLimit(interval, daysAskedFor(named, period1, period2, context.now))
  if (limit !== undefined) {
    return outOfLimits(interval.name, period1, period2, limit)
  }
  return {
    interval,
    period1: Math.max(period1, context.firstTrade),
    period2,
    range: named,
    includePrePost: query.get('includePrePost') === 'true',
  }
}

/** How many days a request spans, and how many days ago it begins. */
interface DaysAskedFor {
  readonly span: number
  readonly age: number
}

/** A range of days counts weekdays, also against the limits: 60d of 5m reaches back twelve weeks. */
function daysAskedFor(range: string, period1: number, period2: number, now: number): DaysAskedFor {
  const [, count] = /^(\d+)d$/.exec(range) ?? []
  return count === undefined
    ? { span: (period2 - period1) / DAY, age: (now - period1) / DAY }
    : { span: Number(count), age: Number(count) }
}

function brokenLimit({ name, withinDays, daysPerRequest }: ChartInterval, asked: DaysAskedFor): string | undefined {
  if (daysPerRequest !== undefined && asked.span > daysPerRequest) return tooManyDays(name, daysPerRequest)
  if (withinDays !== undefined && asked.age > withinDays) return tooOld(withinDays)
  return undefined
}

/** Why a window is too long. */
export function tooManyDays(name: string, days: number): string {
  return `Only ${days} days worth of ${name} granularity data are allowed to be fetched per request.`
}

/** Why a window is too old. */
export function tooOld(days: number): string {
  return `The requested range must be within the last ${days} days.`
}

/** What a window beyond the limits of its interval is refused with. */
export function outOfLimits(name: string, period1: number, period2: number, limit: string): Refusal {
  const [start, end] = [Math.floor(period1 / 1000), Math.floor(period2 / 1000)]
  const description = `${name} data not available for startTime=${start} and endTime=${end}. ${limit}`
  return { status: 422, code: 'Unprocessable Entity', description }
}

/** What a window is refused with in which the symbol was not traded at all. */
export function noData(period1: number, period2: number): Refusal {
  const [start, end] = [Math.floor(period1 / 1000), Math.floor(period2 / 1000)]
  return badRequest(`Data doesn't exist for startDate = ${start}, endDate = ${end}`)
}

/** What a request is refused with that cannot be understood. */
export function badRequest(description: string): Refusal {
  return { status: 400, code: 'Bad Request', description }
}

/** Unix seconds, whole or not, as epoch ms; `undefined` when the text is no number or no instant that can be. */
export function instantIn(text: string | null): number | undefined {
  const value = text === null || text.trim() === '' ? Number.NaN : Number(text)
  return Math.abs(value) <= 8.64e12 ? Math.floor(value * 1000) : undefined
}
