import type { Calendar, Period } from '@openpredict/market'
import type { Row } from '@openpredict/store'

import { judge } from '../targets/judge.ts'
import { targetOf } from '../targets/targets.ts'
import type { Portion } from './bar-portions.ts'
import type { MinuteCounts, QualityCheck } from './quality-report.ts'
import type { CountedSpan } from './quality-span.ts'
import { checkOf, counted, minuteText, percent, Tally } from './tally.ts'

const MINUTE = 60_000
/** The shortest gap between two bars that is more than two minutes leaves out so many. */
const GAP_MINUTES = 2
/** Minutes nearer than this are asked for together. */
const APART = 2 * 60 * MINUTE

/** What is recorded of minutes without a bar, for the minutes of a portion. */
export interface KnownReasons {
  readonly missing: readonly Row<'missing_minutes'>[]
  readonly suspects: readonly Row<'ohlc_suspects'>[]
}

/** Minutes without a bar between two bars. */
interface Gap {
  readonly at: number
  last: number
  minutes: number
}

type Reason = 'absent_at_source' | 'not_fetched' | 'held back' | 'healed' | 'none'

/**
 * Goes through the open minutes of a window: each has a bar, or something is recorded about why not. Closed minutes do not
 * count, so that a weekend, a holiday, an early close and the daily halt are no gaps.
 */
export class MinuteAccount {
  readonly #calendar: Calendar
  readonly #span: CountedSpan
  readonly #from: number
  readonly #continuity: Tally
  readonly #gaps: Tally
  #expected = 0
  #bars = 0
  /** Minutes without a bar by reason, those that are counted as expected. */
  readonly #reasons: Record<Reason, number> = {
    absent_at_source: 0,
    not_fetched: 0,
    'held back': 0,
    healed: 0,
    none: 0,
  }
  #absent = 0
  #gap: Gap | undefined
  #longest = 0
  #unanswered: Period[] = []

  /** `from`: where the window begins, which may be before counting does. */
  constructor(calendar: Calendar, span: CountedSpan, from: number, keep: number) {
    this.#calendar = calendar
    this.#span = span
    this.#from = from
    this.#continuity = new Tally(keep)
    this.#gaps = new Tally(keep)
  }

  /** Takes the next minutes, in order. */
  take({ from, to, bars: { time } }: Portion, { missing, suspects }: KnownReasons): void {
    const rows = new Map(missing.map((row) => [row.timestamp, row]))
    const held = new Set(suspects.flatMap((row) => (row.admitted_at === null ? [row.timestamp] : [])))
    const first = Math.max(from, this.#span.from)
    const end = Math.min(to, Math.max(this.#span.to, this.#span.knownTo))
    let i = 0
    for (const period of first < end ? this.#calendar.openPeriods(first, end) : []) {
      for (let minute = Math.ceil(period.start / MINUTE) * MINUTE; minute + MINUTE <= period.end; minute += MINUTE) {
        while (i < time.length && (time[i] as number) < minute) i++
        if (time[i] === minute) this.#present(minute)
        else this.#absentMinute(minute, reasonOf(rows.get(minute), held.has(minute)))
      }
    }
  }

  /** What the minutes come to. */
  counts(): MinuteCounts {
    const [expected, bars, absentAtSource] = [this.#expected, this.#bars, this.#absent]
    if (expected === 0) return { expected, bars, absentAtSource }
    return {
      expected,
      bars,
      absentAtSource,
      ratio: bars / expected,
      accountedRatio: (bars + absentAtSource) / expected,
    }
  }

  /** Stretches with minutes that no answer of the source covered yet, those that are near each other made one. */
  unanswered(): readonly Period[] {
    return this.#unanswered
  }

  checks(): readonly QualityCheck[] {
    this.#closeGap()
    return [this.#continuityCheck(), this.#gapCheck(), this.#completenessCheck()]
  }

  #present(minute: number): void {
    this.#closeGap()
    if (minute >= this.#span.to) return
    this.#expected++
    this.#bars++
  }

  #absentMinute(minute: number, reason: Reason): void {
    if (minute < this.#span.to) {
      this.#expected++
      if (reason === 'absent_at_source') this.#absent++
    }
    if (reason !== 'absent_at_source') this.#ask(minute)
    if (minute >= this.#span.knownTo) return
    this.#reasons[reason]++
    if (reason === 'none') this.#continuity.add(minute, () => 'has neither a bar nor a row in missing_minutes')
    if (reason === 'healed') this.#continuity.add(minute, () => 'is said to have come, and has no bar')
    this.#gap ??= { at: minute, last: minute, minutes: 0 }
    this.#gap.last = minute
    this.#gap.minutes++
  }

  #ask(minute: number): void {
    const last = this.#unanswered.at(-1)
    const period = { start: minute, end: minute + MINUTE }
    if (last === undefined || minute - last.end > APART) this.#unanswered.push(period)
    else this.#unanswered[this.#unanswered.length - 1] = { ...last, end: period.end }
  }

  #closeGap(): void {
    const gap = this.#gap
    if (gap === undefined) return
    this.#gap = undefined
    this.#longest = Math.max(this.#longest, gap.minutes)
    if (gap.minutes < GAP_MINUTES) return
    this.#gaps.add(gap.at, () => `${counted(gap.minutes, 'open minute')} without a bar, to ${minuteText(gap.last)}`)
  }

  #continuityCheck(): QualityCheck {
    const { absent_at_source: absent, not_fetched: unfetched, 'held back': held, healed, none } = this.#reasons
    const without = absent + unfetched + held + healed + none
    const unexplained = none + healed
    const verdict = unexplained > 0 ? 'failed' : unfetched > 0 ? 'warning' : 'passed'
    const summary =
      without === 0
        ? 'no open minute is without a bar'
        : `${counted(without, 'open minute')} without a bar: ${absent} not at the source, ${unfetched} not asked for yet, ${held} held back, ${unexplained} without a reason`
    const counts = {
      without_bar: without,
      absent_at_source: absent,
      not_fetched: unfetched,
      held_back: held,
      unexplained,
    }
    return checkOf('continuity', verdict, summary, { counts, tally: this.#continuity })
  }

  #gapCheck(): QualityCheck {
    const tally = this.#gaps
    const summary =
      tally.found === 0
        ? 'none in open hours'
        : `${counted(tally.found, 'gap')} in open hours, the longest ${counted(this.#longest, 'minute')}`
    const counts = { gaps: tally.found, longest_minutes: this.#longest }
    return checkOf('gaps', tally.found > 0 ? 'warning' : 'passed', summary, { counts, tally })
  }

  #completenessCheck(): QualityCheck {
    const { expected, bars, absentAtSource, ratio, accountedRatio } = this.counts()
    // Within the first minute of a window counting begins with the next whole one: that is no missing history.
    const begins = this.#span.from - this.#from >= MINUTE ? `; history begins ${minuteText(this.#span.from)}` : ''
    if (ratio === undefined || accountedRatio === undefined)
      return checkOf('completeness', 'passed', `no minute was to be had${begins}`, { counts: { expected, bars } })
    const { verdict } = judge(targetOf('completeness'), ratio * 100)
    const known =
      absentAtSource > 0 ? `, ${percent(accountedRatio)} with the ${absentAtSource} that the source does not have` : ''
    const summary = `${percent(ratio)}: ${bars.toLocaleString('en-US')} of ${counted(expected, 'open minute')}${known}${begins}`
    const counts = { expected, bars, absent_at_source: absentAtSource, ratio, accounted_ratio: accountedRatio }
    return checkOf(
      'completeness',
      verdict === 'critical' ? 'failed' : verdict === 'met' ? 'passed' : 'warning',
      summary,
      { counts },
    )
  }
}

function reasonOf(row: Row<'missing_minutes'> | undefined, isHeld: boolean): Reason {
  if (row === undefined) return isHeld ? 'held back' : 'none'
  return row.healed_at === null ? row.state : isHeld ? 'held back' : 'healed'
}
