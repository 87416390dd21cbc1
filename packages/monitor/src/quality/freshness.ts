import { judge } from '../targets/judge.ts'
import { targetOf } from '../targets/targets.ts'
import type { CheckVerdict, QualityCheck } from './quality-report.ts'
import { checkOf, minuteText } from './tally.ts'

const MINUTE = 60_000
const SECOND = 1_000
const HOUR = 60 * MINUTE

/** How the newest bar stands to what the source can have; `lagMs` undefined: there is no bar. */
export function freshnessCheck(newest: number | undefined, lagMs: number | undefined, delayMs: number): QualityCheck {
  if (newest === undefined || lagMs === undefined) return checkOf('freshness', 'failed', 'no bar is stored')
  const late = lagMs === 0 ? 'nothing newer is to be had' : `${lengthText(lagMs)} of open market behind`
  const delay = delayMs === 0 ? '' : `${lagMs === 0 ? ' from' : ''} a source that is ${lengthText(delayMs)} late`
  return checkOf('freshness', verdictOf(lagMs), `newest bar ${minuteText(newest)}, ${late}${delay}`, {
    counts: { lag_ms: lagMs, delay_ms: delayMs },
  })
}

/** A window that ended in the past says nothing of how new its bars are. */
export function pastFreshnessCheck(): QualityCheck {
  return checkOf('freshness', 'passed', 'not judged: the window lies in the past')
}

/** How far the features of each table have come; `undefined`: it has no row. */
export type Reached = Readonly<Record<'reference_levels' | 'hourly_blocks', number | undefined>>

/** What the freshness of features goes by; open times in epoch ms. */
export interface FeatureStanding {
  readonly oldest: number | undefined
  readonly newest: number | undefined
  readonly reached: Reached
}

/**
 * How far features lie behind the newest bar's close, in ms: those of the table that is furthest behind; infinite where a
 * table has none. Bars of less than an hour need not have any.
 */
export function featureLag({ oldest, newest, reached }: FeatureStanding): number {
  if (oldest === undefined || newest === undefined) return 0
  const first = Object.values(reached).reduce<number>(
    (least, instant) => Math.min(least, instant ?? Number.NEGATIVE_INFINITY),
    Number.POSITIVE_INFINITY,
  )
  if (first === Number.NEGATIVE_INFINITY && newest + MINUTE - oldest < HOUR) return 0
  return Math.max(0, newest + MINUTE - first)
}

/** Whether features were calculated from all bars. */
export function featureFreshnessCheck(standing: FeatureStanding): QualityCheck {
  const id = 'feature-freshness'
  const lag = featureLag(standing)
  if (!Number.isFinite(lag)) {
    const empty = Object.entries(standing.reached).flatMap(([table, instant]) => (instant === undefined ? [table] : []))
    return checkOf(id, 'failed', `there are bars and no ${empty.join(', no ')}`)
  }
  const summary = lag === 0 ? 'calculated from all bars' : `${lengthText(lag)} behind the newest bar`
  return checkOf(id, verdictOf(lag), summary, { counts: { lag_ms: lag } })
}

/** 100 up to what is fresh, falling to 0 at twice what is critical. */
export function timeliness(lagMs: number): number {
  const { target, critical = target } = targetOf('freshness')
  return 100 * Math.min(1, Math.max(0, (2 * critical - lagMs) / (2 * critical - target)))
}

function verdictOf(lagMs: number): CheckVerdict {
  const { verdict } = judge(targetOf('freshness'), lagMs)
  return verdict === 'critical' ? 'failed' : verdict === 'met' ? 'passed' : 'warning'
}

/** `90 s`, `12 min`, `5 h`, `3 days`. */
function lengthText(ms: number): string {
  if (ms < 2 * MINUTE) return `${Math.round(ms / SECOND)} s`
  if (ms < 2 * HOUR) return `${Math.round(ms / MINUTE)} min`
  return ms < 48 * HOUR ? `${Math.round(ms / HOUR)} h` : `${Math.round(ms / (24 * HOUR)).toLocaleString('en-US')} days`
}
