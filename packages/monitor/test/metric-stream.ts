import { instrumentOf, parseInstant } from '@openpredict/market'

import { type AlertNotification, AlertEngine, type AlertRule, type CycleSample, Measurements } from '../src/index.ts'

export const SECOND = 1_000
export const MINUTE = 60_000
export const HOUR: number = 60 * MINUTE
export const MB = 1_000_000

/** A Wednesday in an open market. */
export const START: number = parseInstant('2024-06-05T14:00:00Z')
const NQ = instrumentOf('NQ=F')

/** What is different about a cycle that is otherwise well. */
export interface Different {
  readonly status?: CycleSample['status']
  readonly category?: CycleSample['error_category']
  readonly durationMs?: number
  readonly barsFetched?: number
  readonly steps?: Readonly<Record<string, number>>
  readonly measures?: Readonly<Record<string, number>>
  readonly instrument?: string
}

/** A cycle that ended at an instant. */
export function cycleAt(
  at: number,
  {
    status = 'success',
    category = null,
    durationMs = 400,
    barsFetched = 31,
    steps = {},
    measures = {},
    instrument = 'NQ=F',
  }: Different = {},
): CycleSample {
  return {
    instrument,
    started_at: at - durationMs,
    finished_at: at,
    duration_ms: durationMs,
    status,
    error_category: category,
    bars_fetched: barsFetched,
    step_ms: { fetch: 350, store_ohlc: 12, ...steps },
    measures: {
      lag_ms: 0,
      delay_ms: NQ.delayMs,
      requests: 1,
      retries: 0,
      process_id: 7,
      process_uptime_ms: 4 * HOUR + at - START,
      process_memory_bytes: 150 * MB,
      process_memory_limit_bytes: 2_000 * MB,
      process_cpu_ms: (at - START) / 100,
      ...measures,
    },
  }
}

/** What is seen of a collector as time passes. */
export interface Stream {
  /** Minutes after the start at which cycles end, one a minute. @default 90 */
  readonly minutes?: number
  /** What is different in the cycle that ends so many minutes after the start; `none`: there is no cycle. */
  readonly each?: (minute: number) => Different | 'none'
  /** What else is known, told before every evaluation. */
  readonly tell?: (measurements: Measurements, now: number) => void
  /** The first evaluation, minutes after the start. @default the last minute but 20 */
  readonly from?: number
  /** Evaluated every so many ms. @default 60_000 */
  readonly everyMs?: number
}

/** Everything that is told while a stream passes. */
export function toldOf(
  rules: readonly AlertRule[],
  { minutes = 90, each = () => ({}), tell = () => undefined, from = minutes - 20, everyMs = MINUTE }: Stream,
): readonly AlertNotification[] {
  const measurements = new Measurements({ instruments: [NQ] })
  const engine = new AlertEngine({ rules })
  const told: AlertNotification[] = []
  let next = 0
  for (let now = START + from * MINUTE; now <= START + minutes * MINUTE; now += everyMs) {
    for (; START + next * MINUTE <= now; next++) {
      const different = each(next)
      if (different !== 'none') measurements.addCycle(cycleAt(START + next * MINUTE, different))
    }
    tell(measurements, now)
    told.push(...engine.evaluate(measurements, now).notifications)
  }
  return told
}

/** The rules that fire while a stream passes, each once. */
export function firedBy(rules: readonly AlertRule[], stream: Stream): readonly string[] {
  const fired = toldOf(rules, stream).filter(({ kind }) => kind === 'firing')
  return [...new Set(fired.flatMap(({ alerts }) => alerts.map(({ rule }) => rule.name)))]
}
