import type { DeliveryState } from '@openpredict/store/delivery'
import { Gauge, type Registry } from 'prom-client'

/** Adds how delivery to a remote store stands: asked once for every reading of the page. */
export function addDeliveryMetrics(registry: Registry, status: () => Promise<DeliveryState>, now: () => number): void {
  let asked: Promise<DeliveryState | undefined> | undefined
  const current = (): Promise<DeliveryState | undefined> => {
    asked ??= status()
      .catch(() => undefined)
      .finally(() => {
        asked = undefined
      })
    return asked
  }
  const gauge = (name: string, help: string, value: (state: DeliveryState) => number): void => {
    const metric = new Gauge({
      name,
      help,
      registers: [],
      async collect() {
        const state = await current()
        // A file that is being repaired says nothing for a moment.
        this.set(state === undefined ? Number.NaN : value(state))
      },
    })
    registry.registerMetric(metric)
  }
  gauge('agent1_delivery_waiting_rows', 'Rows that wait for the remote store', ({ waiting }) => waiting)
  gauge('agent1_delivery_oldest_age_seconds', 'How long the oldest of them has waited', ({ oldestMarkedAt }) =>
    oldestMarkedAt === undefined ? 0 : Math.max(0, now() - oldestMarkedAt) / 1_000,
  )
  gauge(
    'agent1_delivery_rows_per_second',
    'How fast rows went when they last went',
    ({ rowsPerSecond }) => rowsPerSecond ?? 0,
  )
  gauge('agent1_delivery_refused_rows', 'Rows that the remote store did not take', ({ refused }) => refused)
  gauge('agent1_delivery_up', 'Whether the remote store took rows when it was last asked: 1 or 0', ({ failedAt }) =>
    failedAt === undefined ? 1 : 0,
  )
}
