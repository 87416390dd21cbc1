import { calendarOf, type Clock, type Instrument } from '@openpredict/market'

import { exportTables, writeRecord, writeResult } from './files.ts'
import { judge, withEvidence } from './judge.ts'
import { createPlan } from './plan.ts'
import type { SoakEvent } from './record.ts'
import { reportOf, type SoakReport } from './report.ts'
import { runSoak } from './run-soak.ts'
import { forget } from './snapshots.ts'
import { openSoakStore } from './stores.ts'

/** What a soak is to be. */
export interface SoakSettings {
  readonly hours: number
  /** Epoch ms. */
  readonly from: number
  readonly seed: number
  /** The store's URL, as `openSoakStore` takes it. */
  readonly store: string
  /** Where everything of it is kept. */
  readonly folder: string
  readonly speed: number
  readonly instrument: Instrument
  /** Real time that only moves on. */
  readonly timer: Clock
  readonly signal: AbortSignal
  readonly onEvent?: (event: SoakEvent) => void
  /** Whether every table is exported. @default true */
  readonly exports?: boolean
}

/** Plans a soak, runs it, judges it, and writes all of it down. */
export async function soak(settings: SoakSettings): Promise<SoakReport> {
  const { seed, from, hours, store: url, folder, instrument, timer, exports = true } = settings
  await using soakStore = await openSoakStore(url, folder)
  const plan = createPlan({
    seed,
    from,
    hours,
    calendar: calendarOf(instrument),
    delayMs: instrument.delayMs,
    remote: soakStore.remote !== undefined,
  })
  const record = await runSoak({ ...settings, plan, store: soakStore })
  writeRecord(folder, plan, record)
  const { speed } = settings
  return await withEvidence({ plan, record, instrument, soakStore, speed, clock: timer }, async (evidence) => {
    const findings = await judge(evidence)
    const report = await reportOf(evidence, findings, { store: soakStore.kind })
    writeResult(folder, evidence, findings, report)
    forget(record.snapshots)
    if (exports) await exportTables(folder, soakStore.file, instrument.symbol)
    return report
  })
}
