import { type BarSeries, createManualClock, type Instrument } from '@openpredict/market'
import { createMarket, parseFault, startYahooServer } from '@openpredict/simulator'

import type { SoakPlan, Stretch } from './plan.ts'

/** The bars of a soak's market as they stay in the end, what never comes and what stays wrong included. */
export async function truthOf(plan: SoakPlan, instrument: Instrument, { from, to }: Stretch): Promise<BarSeries> {
  const { seed, start, faults } = plan
  // Bars and their faults are functions of the seed: a server that nobody asks knows them as well as the one that ran.
  await using server = await startYahooServer({
    markets: [createMarket({ seed, instrument })],
    clock: createManualClock(start),
    faults: { seed, rules: faults.map(parseFault) },
  })
  return server.faults.truth(instrument.symbol, from, to)
}
