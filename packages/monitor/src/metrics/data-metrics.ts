import { calendarOf } from '@openpredict/market'

import { numberIn } from './cycle-sample.ts'
import type { EventName } from './measurements.ts'
import { increase, type Metric, PER_INSTANCE, PER_INSTRUMENT, type Reading } from './metric.ts'
import { gauge } from './process-metrics.ts'

const MINUTE = 60_000
/** Coverage and quality are looked at every few minutes, or every hour. */
const SELDOM = 125 * MINUTE

/** Metrics of the data, of its delivery and of what alerts about it. */
export const DATA_METRICS: readonly Metric[] = [
  {
    name: 'last_ohlc_age',
    aliases: ['time_since_last_ohlc', 'data.freshness', 'agent1.ohlc.age'],
    about:
      'how far the newest stored bar lies behind the newest that the source can have; a delayed source and a closed market do not count',
    unit: 'seconds',
    scope: 'instrument',
    windowed: false,
    read: lag,
    prometheus: () => `max ${PER_INSTRUMENT} (agent1_lag_seconds)`,
  },
  {
    ...known(
      'reference_levels_count',
      ['agent1.reference_levels.count', 'coverage.reference_levels'],
      'count',
      'types of reference levels that are known now',
      'reference_levels_count',
    ),
    prometheus: () => `max ${PER_INSTRUMENT} (agent1_reference_levels_known)`,
  },
  {
    ...known(
      'expected_count',
      ['coverage.expected_count'],
      'count',
      'types of reference levels to expect from the bars that are stored',
      'expected_count',
    ),
    prometheus: () => `max ${PER_INSTRUMENT} (agent1_reference_levels_expected)`,
  },
  known(
    'sessions_count',
    ['coverage.sessions'],
    'count',
    'trading sessions whose levels are known now',
    'sessions_count',
  ),
  {
    ...known(
      'data_completeness',
      ['data.completeness'],
      'share',
      'share of the expected bars that are stored, by the last validation',
      'data_completeness',
    ),
    prometheus: () => `max ${PER_INSTRUMENT} (data_completeness_ratio)`,
  },
  {
    ...known(
      'data_quality_score',
      ['data.quality_score'],
      'count',
      'the score of the last validation, from 0 to 100',
      'data_quality_score',
    ),
    prometheus: () => `max ${PER_INSTRUMENT} (data_quality_score)`,
  },
  happened(
    'data_corruption',
    [],
    'damage that was found in stored data',
    'data_corruption',
    'agent1_data_corruption_total',
  ),
  happened(
    'notification_failures',
    [],
    'notifications of alerts that could not be delivered',
    'notification_failure',
    'agent1_alert_notification_failures_total',
  ),
  delivery(
    'delivery_waiting_rows',
    'count',
    'rows that wait for the remote store',
    'agent1_delivery_waiting_rows',
    (reading) => gauge('delivery_waiting_rows')(reading),
  ),
  delivery(
    'delivery_oldest_age',
    'seconds',
    'how long the oldest of them has waited',
    'agent1_delivery_oldest_age_seconds',
    (reading) => {
      const age = gauge('delivery_oldest_age_ms')(reading)
      return age === undefined ? undefined : age / 1_000
    },
  ),
  delivery(
    'delivery_refused_rows',
    'count',
    'rows that the remote store did not take',
    'agent1_delivery_refused_rows',
    (reading) => gauge('delivery_refused_rows')(reading),
  ),
]

/** What was behind at the end of the last cycle, and the open minutes that have become due since. */
function lag({ measurements, symbol, now }: Reading): number | undefined {
  const last = measurements.lastCycle(symbol)
  const instrument = measurements.instrument(last?.instrument ?? '')
  const lagMs = last === undefined ? undefined : numberIn(last.measures, 'lag_ms')
  if (last === undefined || instrument === undefined || lagMs === undefined) return undefined
  const delayMs = numberIn(last.measures, 'delay_ms') ?? instrument.delayMs
  const whole = (time: number): number => Math.floor((time - delayMs) / MINUTE) * MINUTE
  const since = now <= last.finished_at ? 0 : calendarOf(instrument).openMinutes(whole(last.finished_at), whole(now))
  return (lagMs + since * MINUTE) / 1_000
}

function known(
  name: Parameters<typeof gauge>[0],
  aliases: readonly string[],
  unit: Metric['unit'],
  about: string,
  of: Parameters<typeof gauge>[0],
): Metric {
  return { name, aliases, about, unit, scope: 'instrument', windowed: false, read: gauge(of, SELDOM) }
}

function happened(name: string, aliases: readonly string[], about: string, of: EventName, counter?: string): Metric {
  return {
    name,
    aliases,
    about,
    unit: 'count',
    scope: 'process',
    windowed: true,
    read: ({ measurements, now, windowMs }) => measurements.events(of, now - windowMs),
    ...(counter === undefined ? {} : { prometheus: (context) => increase(counter, PER_INSTANCE, context) }),
  }
}

function delivery(
  name: string,
  unit: Metric['unit'],
  about: string,
  prometheusName: string,
  read: (reading: Reading) => number | undefined,
): Metric {
  return {
    name,
    aliases: [],
    about,
    unit,
    scope: 'process',
    windowed: false,
    read,
    prometheus: () => `max ${PER_INSTANCE} (${prometheusName})`,
  }
}
