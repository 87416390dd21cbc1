import { writeFile } from 'node:fs/promises'
import process from 'node:process'

import { lagOf } from '@openpredict/collector'
import { calendarOf, type Clock, formatInstant } from '@openpredict/market'

import { configured, configuredInstrument, configuredStore } from '../../../configuration.ts'
import { EXIT } from '../../../exit.ts'
import { formatAge, formatMinute } from '../../../format.ts'
import { openNamedStore } from '../../../named-store.ts'
import { openSource } from '../../../open-source.ts'
import type { Services } from '../../../services.ts'
import { ALL_SETTINGS, textOf } from '../../../settings.ts'
import type { HealthFlags } from '../../health.ts'
import { checkFreshness, STALE_AFTER } from './check-freshness.ts'
import { checkStore } from './check-store.ts'
import { Checklist, printChecks, type Warning } from './checklist.ts'

const HOUR = 3_600_000

/** Looks at what collecting needs, prints it, and says no when something is missing. */
export async function checkHealth(flags: HealthFlags, services: Services): Promise<number> {
  const { terminal } = services
  const all = flags.checkDb !== true && flags.checkYahoo !== true
  const checklist = new Checklist(services)
  const { checks } = checklist
  if (all) await checklist.look('configuration', () => Promise.resolve(settingsState(services)))
  if (all)
    await checklist.look('runtime', () =>
      Promise.resolve(`Node ${process.versions.node} on ${process.platform}-${process.arch}`),
    )
  if (all || flags.checkDb === true) {
    const instrument = configuredInstrument(flags, services.env).symbol
    await checkStore({ url: () => configuredStore(flags, services.env), instrument }, services, checklist)
  }
  const isStoreWell = checks.some(({ name, ok: isWell }) => name === 'store' && isWell)
  const clock = all || flags.checkYahoo === true ? await checkSource(flags, services, checklist) : services.clock
  if (all && isStoreWell) await checklist.look('freshness', () => freshness(flags, services, clock.now()))

  const ok = checks.every((check) => check.ok)
  const report = { ok, at: formatInstant(services.clock.now()), version: services.version, checks }
  if (flags.output !== undefined) await writeFile(flags.output, `${JSON.stringify(report, null, 2)}\n`)
  if (flags.json === true) terminal.out(JSON.stringify(report))
  else printChecks(checks, terminal)
  return ok ? EXIT.fine : EXIT.no
}

/** How many settings are set. Throws a `UsageError` for the first that cannot be right. */
function settingsState({ env }: Services): string {
  for (const setting of ALL_SETTINGS) configured(setting, env)
  const set = ALL_SETTINGS.filter((setting) => textOf(setting, env) !== undefined)
  return set.length === 0
    ? 'nothing is set: the defaults count'
    : `${set.map(({ name }) => name).join(', ')} can be right`
}

async function freshness(flags: HealthFlags, services: Services, now: number): Promise<string | Warning> {
  const url = configuredStore(flags, services.env)
  if (url.includes(':memory:')) return 'nothing is kept in memory'
  await using store = await openNamedStore(url, services, { readOnly: true, migrate: false })
  return await checkFreshness(store, configuredInstrument(flags, services.env), { now, signal: services.signal })
}

/** Returns the clock of the source, which a simulated market has of its own. */
async function checkSource(flags: HealthFlags, services: Services, checklist: Checklist): Promise<Clock> {
  let time: Clock = services.clock

  const instrument = configuredInstrument(flags, services.env)
  const calendar = calendarOf(instrument)
  await checklist.look('source', async () => {
    const { source, clock, title } = await openSource(flags.source, services)
    time = clock
    const now = clock.now()
    // A closed market has no newer bars than those of its last hours.
    const shown = now - instrument.delayMs
    const open = calendar.openPeriods(shown - 14 * 24 * HOUR, shown).at(-1)
    const to = Math.ceil((open?.end ?? shown) / 60_000) * 60_000 + 60_000
    const batch = await source.fetch({ instrument, from: to - HOUR, to, signal: services.signal })
    const newest = batch.bars.at(-1)
    if (newest === undefined) throw new Error(`${title} answered without a closed bar of ${instrument.symbol}`)
    const lag = lagOf({ now, newestBar: newest.time, calendar, delayMs: batch.delayMs }) ?? 0
    if (calendar.isOpen(now) && lag > STALE_AFTER)
      throw new Error(`${title}: the newest bar is ${formatAge(lag)} behind`)
    return `${title}: newest closed bar ${formatMinute(newest.time)} UTC, delay ${formatAge(batch.delayMs)}`
  })
  return time
}
