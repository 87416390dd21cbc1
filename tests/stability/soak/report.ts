import { formatInstant } from '@openpredict/market'
import { type Store, TABLE_NAMES, tableOf } from '@openpredict/store'

import type { Evidence, Finding } from './checks/check.ts'
import { outagesOf } from './checks/cycles.ts'
import { recoveriesOf, type Recovery } from './recovery.ts'

const HOUR = 3_600_000
const MINUTE = 60_000
/** Differences that are written out; all are counted. */
const TOLD = 50

/** What a soak was, and what came of it. */
export interface SoakReport {
  readonly ok: boolean
  readonly seed: number
  readonly store: string
  readonly speed: number
  readonly from: string
  readonly to: string
  readonly hours: number
  /** Real seconds. */
  readonly wallSeconds: number
  readonly openMinutes: number
  readonly bars: number
  readonly rows: Readonly<Record<string, number>>
  readonly historyVersion: number
  readonly cycles: Readonly<Record<string, number>>
  /** Milliseconds that cycles took which stored something new. */
  readonly cycleMs: Readonly<Record<'p50' | 'p95' | 'p99', number>>
  /** Cycles that took longer than a minute of the scaled clock. */
  readonly longerThanMinute: number
  readonly kills: number
  readonly endsOfItsOwn: number
  readonly outages: readonly { readonly of: string; readonly why: string; readonly minutes: number }[]
  readonly storeAwayMinutes: readonly number[]
  readonly recoveries: readonly Recovery[]
  /** What went wrong on purpose, by kind: requests and bars that met it. */
  readonly faults: Readonly<Record<string, number>>
  readonly checks: readonly { readonly check: string; readonly compared: number; readonly differences: number }[]
  readonly differences: readonly string[]
  readonly notes: readonly string[]
}

/** Sums a soak up. */
export async function reportOf(
  evidence: Evidence,
  findings: readonly Finding[],
  { store }: { readonly store: string },
): Promise<SoakReport> {
  const { plan, record, instrument, calendar, speed, truth } = evidence
  const lines = record.cycles.map(({ line }) => line)
  const took = lines.filter(({ barsNew }) => barsNew > 0).map(({ durationMs }) => durationMs)
  const events = (what: string): number => record.events.filter((event) => event.what === what).length
  return {
    ok: findings.every(({ differences }) => differences.length === 0),
    seed: plan.seed,
    store,
    speed,
    from: formatInstant(plan.from),
    to: formatInstant(plan.to),
    hours: (plan.to - plan.from) / HOUR,
    wallSeconds: Math.round(record.wallMs / 1_000),
    openMinutes: calendar.openMinutes(plan.from, plan.to),
    bars: truth.length,
    rows: await rowsIn(evidence.store),
    historyVersion: await evidence.store.historyVersion(instrument.symbol),
    cycles: tally(lines.map(({ status }) => status)),
    cycleMs: { p50: quantile(took, 0.5), p95: quantile(took, 0.95), p99: quantile(took, 0.99) },
    longerThanMinute: took.filter((ms) => ms * speed > MINUTE).length,
    kills: events('kill'),
    endsOfItsOwn: events('ended'),
    outages: outagesOf(evidence).map(({ of, why, from, to }) => ({ of, why, minutes: minutes(to - from) })),
    recoveries: recoveriesOf(outagesOf(evidence), record.events, record.cycles),
    storeAwayMinutes: record.storeAway.map(({ from, to }) => minutes(to - from)),
    faults: tally(record.simulator.filter(({ event }) => event === 'fault').map(({ kind }) => String(kind))),
    checks: findings.map(({ check, compared, differences }) => ({ check, compared, differences: differences.length })),
    differences: findings.flatMap(({ check, differences }) =>
      differences.slice(0, TOLD).map((difference) => `${check}: ${difference}`),
    ),
    notes: findings.flatMap(({ check, notes = [] }) => notes.map((note) => `${check}: ${note}`)),
  }
}

/** A report for people. */
export function reportText(report: SoakReport): string {
  const list = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .map(([name, count]) => `${name} ${count.toLocaleString('en')}`)
      .join(', ')
  const { p50, p95, p99 } = report.cycleMs
  const rows: readonly (readonly [string, string])[] = [
    ['market time', `${report.from} to ${report.to}: ${report.hours} h, ${report.openMinutes} open minutes`],
    ['store', report.store],
    ['seed, speed', `${report.seed}, ${report.speed} × real time`],
    ['real time', `${report.wallSeconds} s`],
    ['cycles', list(report.cycles)],
    [
      'a cycle with new bars',
      `p50 ${p50} ms, p95 ${p95} ms, p99 ${p99} ms; ${report.longerThanMinute} longer than a scaled minute`,
    ],
    ['bars', `${report.bars.toLocaleString('en')}, corrected ${report.historyVersion} times`],
    ['rows', list(report.rows)],
    ['kills -9', String(report.kills)],
    ['ends of its own', String(report.endsOfItsOwn)],
    [
      'outages of the source',
      report.outages
        .filter(({ of }) => of === 'source')
        .map(({ why, minutes: m }) => `${why} ${m} min`)
        .join(', '),
    ],
    ['store away', report.storeAwayMinutes.map((m) => `${m} min`).join(', ')],
    ['the machine was too busy', `${report.outages.filter(({ of }) => of === 'machine').length} times`],
    ['faults met', list(report.faults)],
  ]
  const checks = report.checks.map(
    ({ check, compared, differences }) => `| ${check} | ${compared.toLocaleString('en')} | ${differences} |`,
  )
  const recoveries = report.recoveries.map(
    ({ after, times, median, worst }) => `| ${after} | ${times} | ${median} | ${worst} |`,
  )
  return `# Soak: ${report.ok ? 'no difference' : 'differences'}

| | |
| --- | --- |
${rows.map(([name, value]) => `| ${name} | ${value} |`).join('\n')}

| check | compared | differences |
| --- | --- | --- |
${checks.join('\n')}

| well again after | times | median, s | worst, s |
| --- | --- | --- | --- |
${recoveries.join('\n')}
${bullets(report.differences)}${bullets(report.notes.map((note) => `no difference: ${note}`))}`
}

function bullets(items: readonly string[]): string {
  return items.length === 0 ? '' : `\n${items.map((item) => `- ${item}`).join('\n')}\n`
}

async function rowsIn(store: Store): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {}
  for (const table of TABLE_NAMES) {
    if (table !== 'schema_migrations' && tableOf(table).key.length > 0) counts[table] = await store.countRows(table)
  }
  return counts
}

function tally(names: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const name of names.toSorted()) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

function quantile(values: readonly number[], share: number): number {
  const ascending = values.toSorted((a, b) => a - b)
  return Math.round(ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * share))] ?? 0)
}

function minutes(ms: number): number {
  return Math.round(ms / MINUTE)
}
