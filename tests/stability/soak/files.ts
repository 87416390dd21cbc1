import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { formatInstant } from '@openpredict/market'
import { TABLE_NAMES } from '@openpredict/store'

import { cycleJson } from './collecting.ts'
import type { Evidence, Finding } from './checks/check.ts'
import { Program } from './program.ts'
import { reportText, type SoakReport } from './report.ts'
import type { SoakPlan, Stretch } from './plan.ts'
import type { SoakRecord } from './record.ts'

/** Writes down what was planned and what happened. */
export function writeRecord(folder: string, plan: SoakPlan, record: SoakRecord): void {
  const away = record.storeAway.map(readable)
  writeFileSync(
    join(folder, 'schedule.json'),
    `${JSON.stringify({ ...readablePlan(plan), reallyAway: away, stalls: record.stalls.map(readable) }, null, 2)}\n`,
  )
  writeFileSync(join(folder, 'cycles.ndjson'), lines(record.cycles.map(cycleJson)))
  writeFileSync(join(folder, 'simulator.ndjson'), lines(record.simulator.map((line) => JSON.stringify(line))))
  const events = record.events.map(({ at, ...event }) => JSON.stringify({ at: formatInstant(at), ...event }))
  writeFileSync(join(folder, 'events.ndjson'), lines(events))
}

/** Writes down the bars as they had to be, and what came of the checks. */
export function writeResult(
  folder: string,
  { truth }: Evidence,
  findings: readonly Finding[],
  report: SoakReport,
): void {
  const bars = truth
    .toArray()
    .map(({ time, ...prices }) => JSON.stringify({ timestamp: formatInstant(time), ...prices }))
  writeFileSync(join(folder, 'truth.ndjson'), lines(bars))
  const all = findings.flatMap(({ check, differences }) => differences.map((difference) => `${check}: ${difference}`))
  writeFileSync(join(folder, 'differences.txt'), lines(all))
  writeFileSync(join(folder, 'report.json'), `${JSON.stringify(report, null, 2)}\n`)
  writeFileSync(join(folder, 'report.md'), reportText(report))
}

/** Has every table exported by `openpredict export`, as anybody would. */
export async function exportTables(folder: string, file: string, symbol: string): Promise<void> {
  for (const table of TABLE_NAMES) {
    const args = ['export', '--table', table, '--symbol', symbol, '--output', join(folder, `${table}.ndjson`)]
    const env = { OPENPREDICT_STORE: `sqlite:${file}` }
    const { code } = await new Program({ args, folder, env, errors: join(folder, 'export.err') }).ended
    if (code !== 0) throw new Error(`${table} could not be exported: exit code ${code}`)
  }
}

function readablePlan(plan: SoakPlan): object {
  const { seed, start, from, to, end, faults, outages, storeAway, kills } = plan
  return {
    seed,
    start: formatInstant(start),
    ...readable({ from, to }),
    end: formatInstant(end),
    faults,
    outages: outages.map((outage) => ({ of: outage.of, why: outage.why, ...readable(outage) })),
    storeAway: storeAway.map(readable),
    kills: kills.map(({ at, awayMs }) => ({ at: formatInstant(at), awayMinutes: Math.round(awayMs / 60_000) })),
  }
}

function readable({ from, to }: Stretch): { readonly from: string; readonly to: string } {
  return { from: formatInstant(Math.round(from)), to: formatInstant(Math.round(to)) }
}

function lines(all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join('')
}
