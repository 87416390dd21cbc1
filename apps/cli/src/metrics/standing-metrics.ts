import { canHaveNewBar, lagOf } from '@openpredict/collector'
import { calendarOf } from '@openpredict/market'
import { Gauge, type Registry } from 'prom-client'

import type { Beat } from './liveness.ts'

const MINUTE = 60_000
/** Cycles of which the success rate is told. */
export const RATED = 100

/** What is remembered of an instrument, to be judged when somebody asks. Instants in epoch ms. */
export interface Standing extends Beat {
  /** Whether the last cycles succeeded, the newest last. */
  readonly recent: boolean[]
  lastSuccess: number | undefined
  newestBar: number | undefined
}

/** Adds what changes with time alone. It is judged whenever somebody asks: a loop that hangs must not look well. */
export function addStandingMetrics(
  registry: Registry,
  standings: ReadonlyMap<string, Standing>,
  now: () => number,
): void {
  const gauge = (name: string, help: string, value: (standing: Standing) => number | undefined): void => {
    const metric = new Gauge({
      name,
      help,
      labelNames: ['instrument'] as const,
      registers: [],
      collect() {
        this.reset()
        for (const [instrument, standing] of standings) {
          const its = value(standing)
          if (its !== undefined) this.set({ instrument }, its)
        }
      },
    })
    registry.registerMetric(metric)
  }
  gauge('agent1_cycle_success_rate', `Percentage of the last ${RATED} cycles that succeeded`, ({ recent }) =>
    recent.length === 0 ? undefined : (100 * recent.filter(Boolean).length) / recent.length,
  )
  gauge('agent1_last_success_timestamp_seconds', 'When the last cycle that did not fail ended', ({ lastSuccess }) =>
    lastSuccess === undefined ? undefined : lastSuccess / 1_000,
  )
  gauge('agent1_market_open', 'Whether the market is open: 1 or 0', ({ instrument }) =>
    calendarOf(instrument).isOpen(now()) ? 1 : 0,
  )
  gauge('agent1_bars_expected', 'Whether the source can have a new bar, with its delay: 1 or 0', ({ instrument }) =>
    canHaveNewBar(now(), calendarOf(instrument), instrument.delayMs) ? 1 : 0,
  )
  gauge('data_freshness_seconds', 'Seconds since the newest stored bar closed', ({ newestBar }) =>
    newestBar === undefined ? undefined : Math.max(0, now() - newestBar - MINUTE) / 1_000,
  )
  gauge(
    'agent1_lag_seconds',
    'Seconds between the newest stored bar and the newest that the source can have; a closed market does not count',
    ({ instrument, newestBar }) => {
      const lag = lagOf({ now: now(), newestBar, calendar: calendarOf(instrument), delayMs: instrument.delayMs })
      return lag === undefined ? undefined : lag / 1_000
    },
  )
}
