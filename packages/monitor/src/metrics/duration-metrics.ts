import { CALCULATOR_STEPS } from '../cycle-steps.ts'
import { isLong } from '../service-levels/cycle-row.ts'
import { percentileOf } from '../statistics/percentile.ts'
import { summaryOf } from '../statistics/summary.ts'
import { type CycleSample, numberIn } from './cycle-sample.ts'
import {
  cyclesOf,
  enoughCycles,
  type Metric,
  PER_INSTANCE,
  PER_INSTRUMENT,
  type PrometheusContext,
  type Reading,
} from './metric.ts'

const SUFFIXES = ['mean', 'p50', 'p95', 'p99', 'max'] as const
const SHARES = { p50: 0.5, p95: 0.95, p99: 0.99, max: 1 } as const
const WORDS = { mean: 'mean', p50: 'median', p95: '95th percentile', p99: '99th percentile', max: 'longest' } as const

/**
 * Metrics of how long cycles and their steps take. Cold starts and returns from long absences are left out, as in reports:
 * they fetch days of bars, and have a deadline of their own.
 */
export const DURATION_METRICS: readonly Metric[] = [
  ...durations('execution_time', {
    aliases: (suffix) => [`agent1.execution_time${suffix === 'mean' ? '' : `.${suffix}`}`],
    what: 'a cycle, waiting included',
    scope: 'instrument',
    ms: ({ duration_ms }) => duration_ms,
    histogram: 'agent1_execution_time_seconds',
  }),
  ...durations('yfinance_fetch_time', {
    aliases: (suffix) => [`agent1.yfinance.fetch_time${suffix === 'mean' ? '' : `.${suffix}`}`],
    what: 'fetching, retries and pauses included',
    scope: 'process',
    ms: ({ step_ms }) => numberIn(step_ms, 'fetch'),
    histogram: 'agent1_yfinance_fetch_time_seconds',
  }),
  ...durations('supabase_upsert_time', {
    aliases: (suffix) => [`agent1.supabase.upsert_time${suffix === 'mean' ? '' : `.${suffix}`}`],
    what: 'delivering to the remote store, or storing bars where there is none',
    scope: 'process',
    ms: ({ step_ms }) => numberIn(step_ms, 'deliver') ?? numberIn(step_ms, 'store_ohlc'),
    histogram: 'agent1_supabase_upsert_time_seconds',
  }),
  ...CALCULATOR_STEPS.map(([calculator, step]): Metric => ({
    name: `calculator_${calculator}_duration`,
    aliases: [`agent1.calculator.${calculator}.duration`],
    about: `mean duration of calculating ${calculator} and writing its rows`,
    unit: 'seconds',
    scope: 'process',
    windowed: true,
    read: (reading) => secondsOf(reading, ({ step_ms }) => numberIn(step_ms, step), 'mean'),
    prometheus: (context) =>
      meanOf('agent1_calculator_duration_seconds', PER_INSTANCE, context, `{calculator="${calculator}"}`),
  })),
]

/** The mean, the percentiles and the longest of a duration. */
function durations(
  name: string,
  {
    aliases,
    what,
    scope,
    ms,
    histogram,
  }: {
    readonly aliases: (suffix: string) => readonly string[]
    readonly what: string
    readonly scope: Metric['scope']
    readonly ms: (cycle: CycleSample) => number | undefined
    readonly histogram: string
  },
): readonly Metric[] {
  const by = scope === 'instrument' ? PER_INSTRUMENT : PER_INSTANCE
  return SUFFIXES.map((suffix): Metric => ({
    name: `${name}_${suffix}`,
    aliases: [...aliases(suffix), ...(suffix === 'mean' ? [name] : [])],
    about: `${WORDS[suffix]} of the duration of ${what}`,
    unit: 'seconds',
    scope,
    windowed: true,
    read: (reading) => secondsOf(reading, ms, suffix),
    prometheus(context) {
      if (suffix === 'mean') return meanOf(histogram, by, context)
      const inner = by.replace('(', '(le, ')
      return `histogram_quantile(${SHARES[suffix]}, sum ${inner} (rate(${histogram}_bucket[${context.window}])))`
    },
  }))
}

function secondsOf(
  reading: Reading,
  ms: (cycle: CycleSample) => number | undefined,
  suffix: (typeof SUFFIXES)[number],
): number | undefined {
  if (enoughCycles(reading) === undefined) return undefined
  const values = cyclesOf(reading).flatMap((cycle) => (isLong(cycle) ? [] : (ms(cycle) ?? [])))
  if (values.length === 0) return undefined
  if (suffix === 'mean') return (summaryOf(values)?.mean ?? 0) / 1_000
  return (
    percentileOf(
      values.toSorted((a, b) => a - b),
      SHARES[suffix],
    ) / 1_000
  )
}

function meanOf(histogram: string, by: string, { window }: PrometheusContext, labels = ''): string {
  const sum = (part: string): string => `sum ${by} (rate(${histogram}_${part}${labels}[${window}]))`
  return `${sum('sum')} / ${sum('count')}`
}
