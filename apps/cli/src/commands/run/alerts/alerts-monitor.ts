import type { Redactor } from '@openpredict/collector'
import type { Clock, Instrument } from '@openpredict/market'
import { measureCoverage, measureDamage, Measurements, readCycles } from '@openpredict/monitor'
import type { Store } from '@openpredict/store'

import { alertLines, notificationLines } from '../../../log/alert-lines.ts'
import type { Services } from '../../../services.ts'
import { alertRedactor, alertsFile, readAlerts } from './alerts-config.ts'
import { measureLocal } from './alerts-check.ts'
import { statePath } from './alerts-state.ts'
import { AlertsWatch } from './alerts-watch.ts'

const MINUTE = 60_000
const REMEMBERED_MS = 6 * 60 * MINUTE
const COVERAGE_EVERY_MS = 5 * MINUTE

/** Alerts about a collector that another process watches. */
export interface MonitorAlerts extends AsyncDisposable {
  /** Judges every rule by what the store knows now. */
  readonly judge: () => Promise<void>
}

/** Judges rules about a collector by its store, from outside: also that it is down. What is told is printed as well. */
export function openMonitorAlerts(
  flags: { readonly alerts?: string; readonly store?: string; readonly mirror?: string },
  services: Services,
  {
    redactor,
    store,
    clock,
    instruments,
    intervalMs,
  }: {
    readonly redactor: Redactor
    readonly store: Store
    readonly clock: Clock
    readonly instruments: readonly Instrument[]
    readonly intervalMs: number
  },
): MonitorAlerts {
  const { env, terminal } = services
  const config = readAlerts(alertsFile(flags.alerts, env))
  const measurements = new Measurements({ instruments, intervalMs })
  const seen = new Map<string, number>()
  let [errorsSeenTo, coveredAt] = [clock.now() - REMEMBERED_MS, Number.NEGATIVE_INFINITY]
  const refresh = async (): Promise<void> => {
    const now = clock.now()
    for (const symbol of measurements.symbols) {
      const since = seen.get(symbol) ?? now - REMEMBERED_MS
      for (const row of await readCycles(store, symbol, since)) {
        // Rows are found by when they began, and one may begin when another is written.
        if (row.started_at <= since && seen.has(symbol)) continue
        measurements.addCycle(row)
        seen.set(symbol, Math.max(row.started_at, seen.get(symbol) ?? 0))
      }
    }
    await measureDamage(store, measurements, errorsSeenTo)
    errorsSeenTo = now
    await measureLocal(measurements, flags, services, now)
    if (now - coveredAt < COVERAGE_EVERY_MS) return
    coveredAt = now
    await measureCoverage(store, measurements, now)
  }
  const watch = new AlertsWatch({
    config,
    measurements,
    services,
    redactor: alertRedactor(redactor, config, env),
    now: () => clock.now(),
    state: statePath(flags, env, 'monitor'),
    refresh,
    onNotification: (notification) => alertLines(notification).forEach(({ message }) => terminal.note(message)),
    onResult: (result) => notificationLines(result).forEach(({ message }) => terminal.note(message)),
    onTrouble: terminal.note,
  })
  return {
    async judge() {
      watch.judge()
      await watch.settled()
    },
    [Symbol.asyncDispose]: () => watch[Symbol.asyncDispose](),
  }
}
