import type { Instrument } from '@openpredict/market'
import type { Store } from '@openpredict/store'
import type { DeliveryState } from '@openpredict/store/delivery'

import { createServiceManager } from '../../../notify/service-manager.ts'
import type { OpenedSource } from '../../../open-source.ts'
import { SETTINGS, textOf } from '../../../settings.ts'
import { UsageError } from '../../../usage-error.ts'
import type { CollectFlags } from '../../collect.ts'
import type { LoopAlerts, openLoopAlerts } from '../alerts/alerts-loop.ts'
import type { CollectWatch } from './collect-watch.ts'

/** Loopback: metrics are nobody else's business unless somebody says so. */
const METRICS_HOST = '127.0.0.1'

/** What only a loop has: the service manager that it runs under, the server of its metrics, and its alerts. */
export interface LoopWatch extends AsyncDisposable {
  /** Lets metrics and alerts ask how delivery stands. */
  readonly addDelivery: (status: () => Promise<DeliveryState>) => void
  /** Lets alerts know what the store has. */
  readonly addStore: (store: Store, file: string | undefined) => Promise<void>
}

/** Starts telling the service manager, and serving metrics where a port is given. */
export async function openLoopWatch(
  flags: CollectFlags,
  watch: CollectWatch,
  {
    instruments,
    opened: { clock },
    intervalMs,
  }: { readonly instruments: readonly Instrument[]; readonly opened: OpenedSource; readonly intervalMs: number },
): Promise<LoopWatch> {
  const { services, add } = watch
  const { env, timer, terminal, version } = services
  const { metricsPort: port, metricsHost } = flags
  if (port === undefined && metricsHost !== undefined) {
    throw new UsageError('--metrics-host is given without --metrics-port.', 'Add --metrics-port, such as 9464.')
  }
  await using stack = new AsyncDisposableStack()
  let addDelivery: LoopWatch['addDelivery'] | undefined
  let addStore: ((store: Store, file: string | undefined) => void) | undefined
  if (port !== undefined) {
    const { CollectorMetrics } = await import('../../../metrics/collector-metrics.ts')
    const { startMetricsServer } = await import('../../../metrics/metrics-server.ts')
    const metrics = new CollectorMetrics({ instruments, intervalMs, version, now: () => clock.now() })
    const { registry } = metrics
    const server = await startMetricsServer({
      port,
      host: metricsHost ?? METRICS_HOST,
      registry,
      liveness: () => metrics.liveness(),
    })
    stack.use(server)
    add(metrics.observe)
    addDelivery = (status) => metrics.addDelivery(status, () => services.clock.now())
    addStore = (store, file) => metrics.addStore(store, file, () => timer.now())
    watch.emit({ kind: 'serving', url: server.url })
  }
  const alerts = await openAlerts(flags, watch, { instruments, intervalMs, now: () => clock.now() })
  if (alerts !== undefined) {
    stack.use(alerts)
    add(alerts.observe)
  }
  const manager = createServiceManager({ env, clock, timer, onTrouble: terminal.note })
  if (manager !== undefined) {
    add(manager.observe)
    stack.defer(() => manager.close())
  }
  const open = stack.move()
  return {
    addDelivery(status) {
      addDelivery?.(status)
      alerts?.addDelivery(status)
    },
    async addStore(store, file) {
      addStore?.(store, file)
      await alerts?.addStore(store, file)
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

/** What decides that there is something to tell somebody about. */
const ALERTED_BY = [
  SETTINGS.alertsFile,
  SETTINGS.slackWebhookUrl,
  SETTINGS.slackOncallWebhookUrl,
  SETTINGS.pagerdutyRoutingKey,
  SETTINGS.alertWebhookUrl,
  SETTINGS.heartbeatUrl,
]

/** Alerts are loaded where somebody wants them. */
async function openAlerts(
  flags: CollectFlags,
  watch: CollectWatch,
  loop: Parameters<typeof openLoopAlerts>[2],
): Promise<LoopAlerts | undefined> {
  const { env } = watch.services
  if (flags.alerts === undefined && ALERTED_BY.every((setting) => textOf(setting, env) === undefined)) return undefined
  const { openLoopAlerts: open } = await import('../alerts/alerts-loop.ts')
  return open(flags, watch, loop)
}
