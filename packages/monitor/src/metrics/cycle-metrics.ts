import { type CycleSample, numberIn } from './cycle-sample.ts'
import { enoughCycles, increase, type Metric, PER_INSTANCE, PER_INSTRUMENT, sumOver } from './metric.ts'

const isBad = ({ status }: CycleSample): boolean => status === 'failed' || status === 'partial'

/** How many cycles there were, how they ended, and why they failed. */
const COUNTS: readonly Metric[] = [
  counted('cycle_count', ['agent1.cycle.count'], 'cycles', () => true, 'agent1_cycle_count_total'),
  counted(
    'success_count',
    ['agent1.cycle.success_count'],
    'cycles that succeeded; idle ones count',
    (cycle) => !isBad(cycle),
    'agent1_cycle_success_count_total',
  ),
  counted(
    'error_count',
    ['agent1.cycle.error_count'],
    'cycles that failed, or whose calculators did',
    isBad,
    'agent1_cycle_error_count_total',
  ),
  rate('success_rate', ['agent1.cycle.success_rate'], (cycle) => !isBad(cycle), 'agent1_cycle_success_count_total'),
  rate('error_rate', ['agent1.cycle.error_rate'], isBad, 'agent1_cycle_error_count_total'),
  ...(['network', 'database', 'data', 'calculation', 'system'] as const).map((category): Metric => ({
    name: `errors_${category}`,
    aliases: [`agent1.errors.${category}`, ...(category === 'system' ? ['agent1.errors.unknown'] : [])],
    about: `cycles that failed, or whose calculators did, for a failure of category ${category}`,
    unit: 'count',
    scope: 'process',
    windowed: true,
    read: (reading) => sumOver(reading, ({ error_category }) => (error_category === category ? 1 : 0)),
    prometheus: (context) => increase('agent1_errors_total', PER_INSTANCE, context, `{category="${category}"}`),
  })),
]

/** What cycles fetched and wrote. */
const AMOUNTS: readonly Metric[] = [
  amount(
    'bars_fetched',
    ['agent1.ohlc.bars_fetched'],
    'closed bars in answers of the source',
    (cycle) => cycle.bars_fetched,
    'agent1_ohlc_bars_fetched_total',
  ),
  amount(
    'minutes_missing',
    [],
    'open minutes found to have no bar',
    measured('minutes_missing'),
    'agent1_ohlc_minutes_missing_total',
  ),
  amount(
    'bars_held_back',
    [],
    'bars held back as suspects',
    measured('bars_held_back'),
    'agent1_ohlc_bars_held_back_total',
  ),
  ...(
    [
      ['pivots', 'calc_pivots'],
      ['liquidity_events', 'detect_liquidity'],
      ['fvg', 'detect_fvg'],
    ] as const
  ).map(([name, step]) =>
    amount(
      `${name}_count`,
      [`agent1.${name}.count`],
      `rows of ${name} written or changed; known to the collector alone`,
      ({ step_rows }) => step_rows?.[step],
      `agent1_${name}_count_total`,
    ),
  ),
  amount(
    'yfinance_requests',
    [],
    'requests sent to the source, failed ones included',
    measured('requests'),
    'agent1_yfinance_request_count_total',
  ),
  amount(
    'yfinance_retry_count',
    ['agent1.yfinance.retry_count'],
    'fetches made again after a failure',
    measured('retries'),
    'agent1_yfinance_retry_count_total',
  ),
  {
    name: 'yfinance_retry_rate',
    aliases: ['agent1.yfinance.retry_rate'],
    about: 'share of the requests to the source that were made again',
    unit: 'share',
    scope: 'instrument',
    windowed: true,
    read(reading) {
      if (enoughCycles(reading) === undefined) return undefined
      const [retries, requests] = [sumOver(reading, measured('retries')), sumOver(reading, measured('requests'))]
      return retries === undefined || requests === undefined || requests === 0 ? undefined : retries / requests
    },
    prometheus: (context) =>
      `${increase('agent1_yfinance_retry_count_total', PER_INSTRUMENT, context)} / ${increase('agent1_yfinance_request_count_total', PER_INSTRUMENT, context)}`,
  },
]

/** Metrics of cycles: how many, how they ended, and what they did. */
export const CYCLE_METRICS: readonly Metric[] = [...COUNTS, ...AMOUNTS]

function measured(name: string): (cycle: CycleSample) => number | undefined {
  return ({ measures }) => numberIn(measures, name)
}

function counted(
  name: string,
  aliases: readonly string[],
  about: string,
  test: (cycle: CycleSample) => boolean,
  counter: string,
): Metric {
  return amount(name, aliases, about, (cycle) => (test(cycle) ? 1 : 0), counter)
}

function amount(
  name: string,
  aliases: readonly string[],
  about: string,
  of: (cycle: CycleSample) => number | undefined,
  counter: string,
): Metric {
  return {
    name,
    aliases,
    about,
    unit: 'count',
    scope: 'instrument',
    windowed: true,
    read: (reading) => sumOver(reading, of),
    prometheus: (context) => increase(counter, PER_INSTRUMENT, context),
  }
}

function rate(
  name: string,
  aliases: readonly string[],
  test: (cycle: CycleSample) => boolean,
  counter: string,
): Metric {
  return {
    name,
    aliases,
    about: `share of the cycles that ${name === 'error_rate' ? 'failed, or whose calculators did' : 'succeeded; idle ones count'}`,
    unit: 'share',
    scope: 'instrument',
    windowed: true,
    read(reading) {
      const cycles = enoughCycles(reading)
      return cycles === undefined ? undefined : cycles.filter(test).length / cycles.length
    },
    prometheus: (context) =>
      `${increase(counter, PER_INSTRUMENT, context)} / ${increase('agent1_cycle_count_total', PER_INSTRUMENT, context)}`,
  }
}
