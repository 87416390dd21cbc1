import { createManualClock, instrumentOf } from '@openpredict/market'
import { createMarket } from '@openpredict/simulator'
import { openStore, type Row, type Store } from '@openpredict/store'

import type { CycleRow } from '../src/service-levels/cycle-row.ts'

/** What a store holds. */
export interface DayStoreOptions {
  readonly cycles?: readonly CycleRow[]
  readonly errors?: readonly Row<'error_log'>[]
  /** Bars of a made-up market, `[from, to)`. */
  readonly bars?: readonly { readonly symbol: string; readonly from: number; readonly to: number }[]
}

/** A store in memory with the cycles of a day. */
export async function dayStore({ cycles = [], errors = [], bars = [] }: DayStoreOptions): Promise<Store> {
  const store = await openStore('sqlite::memory:', { clock: createManualClock(0) })
  await store.transaction(async (tx) => {
    for (const row of cycles) await tx.putCycle(row)
    for (const row of errors) await tx.putError(row)
    for (const { symbol, from, to } of bars) {
      const market = createMarket({ seed: 3, instrument: instrumentOf(symbol) })
      await tx.putBars(symbol, market.bars(from, to), { source: 'sim', ingestedAt: to })
    }
  })
  return store
}

/** An error of NQ's collector at an instant. */
export function errorRow(cycle: CycleRow, message = 'Yahoo did not answer'): Row<'error_log'> {
  return {
    id: cycle.id,
    timestamp: cycle.finished_at,
    component: 'collector',
    operation: 'fetch',
    error_message: message,
    severity: 'error',
    error_category: 'network',
    instrument: cycle.instrument,
    cycle: cycle.cycle,
    details: { code: 'timeout', hint: '' },
  }
}
