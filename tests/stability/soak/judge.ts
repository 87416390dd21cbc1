import { calendarOf, type Clock, type Instrument, parseInstant } from '@openpredict/market'
import { openStore } from '@openpredict/store'

import { checkBars } from './checks/bars.ts'
import type { Check, Evidence, Finding } from './checks/check.ts'
import { checkCycles } from './checks/cycles.ts'
import { checkDoubled } from './checks/doubled.ts'
import { checkFeatures, checkFeaturesOnTheWay } from './checks/features.ts'
import { checkMissing } from './checks/missing.ts'
import { checkRemote } from './checks/remote.ts'
import type { SoakPlan } from './plan.ts'
import type { HeardCycle, SoakRecord } from './record.ts'
import type { SoakStore } from './stores.ts'
import { truthOf } from './truth.ts'

const MINUTE = 60_000
const CHECKS: readonly Check[] = [
  checkBars,
  checkFeatures,
  checkFeaturesOnTheWay,
  checkMissing,
  checkDoubled,
  checkCycles,
  checkRemote,
]

/** A finished soak. */
export interface Soaked {
  readonly plan: SoakPlan
  readonly record: SoakRecord
  readonly instrument: Instrument
  readonly soakStore: SoakStore
  readonly speed: number
  readonly clock: Clock
}

/** Opens the stores of a finished soak and works with what it is judged by. */
export async function withEvidence<T>(soaked: Soaked, work: (evidence: Evidence) => Promise<T>): Promise<T> {
  const { plan, record, instrument, soakStore, speed, clock } = soaked
  await using store = await openStore(`sqlite:${soakStore.file}`, { clock, readOnly: true })
  const remote =
    soakStore.remote && (await openStore(soakStore.remote.url, { clock, ...soakStore.remote, readOnly: true }))
  try {
    const first = parseInstant(record.cycles.find(({ line }) => line.status !== 'failed')?.line.window.from ?? '')
    const watermark = Math.max(...record.cycles.map(watermarkOf))
    const to = Math.floor(watermark / MINUTE) * MINUTE
    const truth = await truthOf(plan, instrument, { from: first, to })
    const calendar = calendarOf(instrument)
    return await work({ plan, record, instrument, calendar, clock, speed, store, remote, first, watermark, truth })
  } finally {
    await remote?.close()
  }
}

/** Makes every check. */
export async function judge(evidence: Evidence): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const check of CHECKS) findings.push(await check(evidence))
  return findings
}

function watermarkOf({ line: { status, watermark } }: HeardCycle): number {
  return status === 'failed' || watermark === null ? Number.NEGATIVE_INFINITY : parseInstant(watermark)
}
