import { referenceLevels } from '@openpredict/calculators'
import { createManualClock, type Instrument, instrumentOf, type ManualClock, parseInstant } from '@openpredict/market'
import { createMarket, type SimulatedMarket } from '@openpredict/simulator'
import { comparableColumns, openStore, type Store } from '@openpredict/store'

import { type Collector, type CollectorOptions, createCollector } from '../src/index.ts'
import { ScriptedSource } from './scripted-source.ts'

const DAY = 1_440 * 60_000
/** When the first cycle of a world runs: a Wednesday morning in New York. */
export const START: number = parseInstant('2024-06-05T14:30:30Z')
export const instrument: Instrument = instrumentOf('NQ=F')
export const market: SimulatedMarket = createMarket({ seed: 5, instrument })

/** What one collector works with: a source that does as it is told, a store in memory, a clock that stands still. */
export interface CycleWorld {
  readonly clock: ManualClock
  readonly source: ScriptedSource
  readonly store: Store
  /** A collector of its own on this store; another one is what a restart makes. */
  readonly collector: (options?: Partial<CollectorOptions>) => Collector
}

/** Makes a world whose source has eight days of bars before `START` and four after it. */
export async function openWorld(): Promise<CycleWorld> {
  const clock = createManualClock(START)
  const source = new ScriptedSource(clock, market.bars(START - 8 * DAY, START + 4 * DAY).toArray())
  const store = await openStore('sqlite::memory:', { clock })
  const common = { instrument, source, store, clock, timer: clock, host: 'test', version: '0' }
  return { clock, source, store, collector: (options) => createCollector({ ...common, ...options }) }
}

/** The stored levels without what says when they were written. */
export async function storedLevels(store: Store): Promise<readonly unknown[]> {
  const columns = comparableColumns('reference_levels').filter(
    (name) => name !== 'history_version' && name !== 'instrument',
  )
  const rows = await store.readRows('reference_levels', { instrument: 'NQ=F' })
  return rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => columns.includes(name))))
}

/** The levels of all stored bars, computed at once. */
export async function batchLevels(store: Store, asOf: number): Promise<readonly unknown[]> {
  const rows = referenceLevels(await store.readBars({ instrument: 'NQ=F' }), { instrument, asOf })
  return rows.toSorted((a, b) =>
    a.level_type < b.level_type ? -1 : a.level_type > b.level_type ? 1 : a.period_start - b.period_start,
  )
}
