import {
  type Alert,
  type AlertConfig,
  AlertEngine,
  alertJson,
  measureCoverage,
  measureDamage,
  Measurements,
  readCycles,
  valuesOf,
} from '@openpredict/monitor'
import { StoreError, type Store } from '@openpredict/store'

import { configuredInterval, configuredMirror, configuredStore } from '../../../configuration.ts'
import { EXIT } from '../../../exit.ts'
import { columns, fitted, formatAge, isTooWide } from '../../../format.ts'
import { openNamedStore } from '../../../named-store.ts'
import type { Services } from '../../../services.ts'
import type { Terminal } from '../../../terminal.ts'
import type { CheckAlertsFlags } from '../../alerts.ts'
import { alertsFile, readAlerts } from './alerts-config.ts'
import { measureDelivery, measureDisk, NOTHING_WAITS } from './alerts-loop.ts'
import { timeOf, watchedInstruments } from '../report/report.ts'

const STEP_MS = 30_000
const ORDER = ['firing', 'pending', 'unknown', 'resolved', 'inactive'] as const

/** Judges every rule by what the store knows, and says no when something fires. Tells nobody. */
export async function checkAlerts(flags: CheckAlertsFlags, services: Services): Promise<number> {
  const { env, terminal } = services
  const config = readAlerts(alertsFile(flags.config, env))
  const url = configuredStore(flags, env)
  const clock = await timeOf(flags.source, services)
  await using store = await openNamedStore(url, services, { readOnly: true })
  const now = clock.now()
  const measurements = new Measurements({
    instruments: await watchedInstruments(flags, services, { store, now }),
    intervalMs: configuredInterval(flags, env) * 1_000,
  })
  await measureLocal(measurements, flags, services, now)
  const alerts = await judged(config, measurements, store, now)
  const firing = alerts.filter(({ state }) => state === 'firing')
  if (flags.json === true) terminal.out(JSON.stringify({ ok: firing.length === 0, alerts: alerts.map(alertJson) }))
  else printAlerts(alerts, now, services)
  return firing.length === 0 ? EXIT.fine : EXIT.no
}

/**
 * How every rule stands now: judged twice a minute over the time that any rule wants its condition to hold, so that what has
 * held for long enough fires.
 */
export async function judged(
  config: AlertConfig,
  measurements: Measurements,
  store: Store,
  now: number,
): Promise<readonly Alert[]> {
  const [longestFor, longestWindow] = [
    Math.max(0, ...config.rules.map(({ forMs }) => forMs)),
    Math.max(0, ...config.rules.map(({ windowMs }) => windowMs)),
  ]
  const since = now - longestFor - longestWindow - 60_000
  const cycles = (await Promise.all(measurements.symbols.map((symbol) => readCycles(store, symbol, since))))
    .flat()
    .toSorted((a, b) => a.finished_at - b.finished_at)
  await measureDamage(store, measurements, since)
  const steps = Math.ceil(longestFor / STEP_MS)
  await measureCoverage(store, measurements, now - steps * STEP_MS)
  const engine = new AlertEngine(config)
  let next = 0
  for (let step = steps; ; step--) {
    const at = now - step * STEP_MS
    for (; next < cycles.length && (cycles[next]?.finished_at ?? Infinity) <= at; next++) {
      const cycle = cycles[next]
      if (cycle !== undefined) measurements.addCycle(cycle)
    }
    // Before the first cycle that is known, nothing is: least of all that nothing ran.
    if (step > 0 && next === 0) continue
    const { alerts } = engine.evaluate(measurements, at)
    if (step === 0) return alerts
  }
}

/** What is to be known of this machine: the disk, and what waits for a remote store. */
export async function measureLocal(
  measurements: Measurements,
  flags: { readonly store?: string; readonly mirror?: string },
  { env, clock }: Services,
  now: number,
): Promise<void> {
  const url = configuredStore(flags, env)
  const isFile = /^sqlite:/i.test(url)
  if (url.includes(':memory:')) return
  const file = isFile ? url.slice('sqlite:'.length) : configuredMirror(flags, env)
  try {
    measureDisk(measurements, file, now)
    const { readDelivery } = await import('@openpredict/store/delivery')
    const state = await readDelivery(file, { clock })
    // A file from which nothing is delivered is the store itself.
    const seen = isFile && state?.target === undefined ? NOTHING_WAITS : state
    if (seen !== undefined) measureDelivery(measurements, seen, now, clock.now())
  } catch (error) {
    // Collected elsewhere, from where nothing of that is known.
    const { code } = error as NodeJS.ErrnoException
    if (!(error instanceof StoreError && error.failure.kind === 'not-found') && code !== 'ENOENT') throw error
  }
}

function printAlerts(alerts: readonly Alert[], now: number, { terminal: { out, colour, stdout } }: Services): void {
  const sorted = alerts.toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state))
  const rows = sorted.map((alert) => {
    const { rule, instrument = '', state, since, silenced, inhibitedBy } = alert
    const age = state === 'firing' || state === 'pending' ? ` for ${formatAge(now - since)}` : ''
    const quiet =
      silenced !== undefined ? ` (silenced: ${silenced})` : inhibitedBy === undefined ? '' : ` (see ${inhibitedBy})`
    return [state + age, rule.severity, rule.name, instrument, `${rule.condition.text}:`, valuesOf(alert) + quiet]
  })
  const whole = columns(rows.map((row) => [...row.slice(0, 4), row.slice(4).join(' ')]))
  // In a narrow terminal the values of each stand below it.
  const lines = isTooWide(whole, stdout)
    ? columns(rows.map((row) => row.slice(0, 4))).map((line, i) => [line, ...below(rows[i] ?? [], stdout)].join('\n'))
    : whole
  lines.forEach((line, i) => {
    const state = sorted[i]?.state
    out(state === 'firing' ? colour.red(line) : state === 'unknown' || state === 'pending' ? colour.yellow(line) : line)
  })
}

/** The condition of a rule with its values behind it, or below it where they have no room there. */
function below(
  [, , , , condition = '', values = '']: readonly string[],
  stdout: Terminal['stdout'],
): readonly string[] {
  const line = `    ${condition} ${values}`
  return isTooWide([line], stdout) ? [`    ${condition}`, fitted(`      ${values}`, stdout, 6)] : [line]
}
