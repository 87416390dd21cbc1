import { CALCULATOR_STEPS } from '../cycle-steps.ts'
import { counted } from '../quality/tally.ts'
import { judge, type Judgement } from '../targets/judge.ts'
import type { TargetId } from '../targets/target.ts'
import { FAILURE_TARGETS, targetOf, targetsOf } from '../targets/targets.ts'
import type { DayReport } from './day-report.ts'

/**
 * Judges a report against every target that a day is held to, in the order of the table.
 *
 * Of several instruments, completeness and freshness are those of the worst. Freshness is the lag that 95 of 100 cycles stayed within, and
 * memory what 95 of 100 found in use: a minute of trouble that was made good, or a cold start, is no miss.
 */
export function judgeDay(report: DayReport): readonly Judgement[] {
  const measured = measuredIn(report)
  return targetsOf('day').map((target) => judge(target, measured[target.id]))
}

/**
 * Judges the minutes after a deploy: every cycle within 8 seconds, none that failed, and data written while the source had
 * some. Where the market was closed, that cycles were recorded is what can be seen.
 */
export function judgeDeploy({ all, instruments }: DayReport): readonly DeployCheck[] {
  const { cycles, latency } = all
  const limit = targetOf('cycle-time').target
  const longest = latency.total?.max
  const bad = cycles.failed + cycles.partial
  const silent = instruments.filter(
    ({ data, figures }) => figures.cycles.total === 0 || (data.marketOpen && figures.fetches.barsNew === 0),
  )
  const isClosed = instruments.every(({ data }) => !data.marketOpen)
  return [
    {
      name: 'execution time',
      ok: longest === undefined ? latency.longCycles > 0 : longest < limit,
      message:
        longest === undefined
          ? latency.longCycles === 0
            ? 'no cycle'
            : 'only cold starts'
          : `the longest cycle took ${(longest / 1_000).toFixed(2)} s, expected less than ${limit / 1_000} s`,
    },
    {
      name: 'no errors',
      ok: cycles.total > 0 && bad === 0,
      message:
        cycles.total === 0
          ? 'no cycle'
          : bad === 0
            ? `${counted(cycles.total, 'cycle')}, all of them good`
            : `${bad} of ${counted(cycles.total, 'cycle')} failed, or their calculators did`,
    },
    {
      name: 'data written',
      ok: instruments.length > 0 && silent.length === 0,
      message:
        silent.length > 0 || instruments.length === 0
          ? `nothing new of ${silent.map(({ symbol }) => symbol).join(', ') || 'any instrument'}`
          : `${counted(all.fetches.barsNew, 'new bar')}, ${counted(all.fetches.rowsWritten, 'row')}${isClosed ? ' (the market was closed)' : ''}`,
    },
  ]
}

/** One criterion of the minutes after a deploy. */
export interface DeployCheck {
  readonly name: 'execution time' | 'no errors' | 'data written'
  readonly ok: boolean
  /** What was found. */
  readonly message: string
}

/** What a report measured for each target, in the target's unit; absent where it did not. */
function measuredIn(report: DayReport): Readonly<Partial<Record<TargetId, number>>> {
  const { all, resources, instruments } = report
  const { total, steps, stepsTogether } = all.latency
  const upsert = steps['deliver'] ?? steps['store_ohlc']
  const calculators = CALCULATOR_STEPS.flatMap(([, step]) => steps[step]?.mean ?? [])
  const completeness = instruments.flatMap(({ data }) => data.completeness ?? [])
  const lags = instruments.flatMap(({ figures }) => figures.lag?.p95 ?? [])
  const bad = all.cycles.failed + all.cycles.partial
  const failures: Partial<Record<TargetId, number>> = {}
  for (const { category, cycles } of all.failures) {
    const id = FAILURE_TARGETS[category]
    if (all.cycles.total > 0) failures[id] = (failures[id] ?? 0) + (100 * cycles) / all.cycles.total
  }
  return known({
    ...Object.fromEntries(Object.entries(steps).map(([name, { mean }]) => [`step-${name}`, mean])),
    ...failures,
    mean: total?.mean,
    p95: total?.p95,
    p99: total?.p99,
    max: total?.max,
    'cycle-time': total?.max,
    steps: stepsTogether,
    'optimise-fetch': steps['fetch']?.mean,
    'optimise-store': upsert?.mean,
    'optimise-calculators': calculators.length === 0 ? undefined : Math.max(...calculators),
    'upsert-p95': upsert?.p95,
    memory: resources.memory?.p95,
    'memory-growth': resources.memoryGrowthBytesPerHour,
    cpu: percent(resources.cpuAverage),
    'cpu-day': percent(resources.cpuAverage),
    'cpu-peak': percent(resources.cpuPeak),
    disk: resources.diskBytesPerSecond,
    success: percent(all.cycles.successRate),
    errors: all.cycles.total === 0 ? undefined : (100 * bad) / all.cycles.total,
    uptime: percent(all.uptime.share),
    retries: percent(all.fetches.retryRate),
    freshness: lags.length === 0 ? undefined : Math.max(...lags),
    completeness: completeness.length === 0 ? undefined : 100 * Math.min(...completeness),
  })
}

function percent(share: number | undefined): number | undefined {
  return share === undefined ? undefined : 100 * share
}

function known(
  values: Readonly<Partial<Record<TargetId, number | undefined>>>,
): Readonly<Partial<Record<TargetId, number>>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<
    Record<TargetId, number>
  >
}
