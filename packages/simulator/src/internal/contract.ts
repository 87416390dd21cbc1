import type { Instrument } from '@openpredict/market'

/** An instrument as the simulation sees it: prices counted in ticks, movement as a share of the price. */
export interface Contract {
  readonly instrument: Instrument
  /** The level around which the price lives, in ticks. */
  readonly level: number
  /** The deviation of a day's close from the day before, as a share of the price. */
  readonly dailyMovement: number
  /** A whole number of ticks as a price. */
  readonly toPrice: (ticks: number) => number
}

const GENERIC_TICK = 0.01
const GENERIC_PRICE = 100

/** Where each known contract lives unless told otherwise. */
const USUAL_PRICE: Readonly<Record<string, number>> = {
  'NQ=F': 20_000,
  'MNQ=F': 20_000,
  'ES=F': 5_800,
  'MES=F': 5_800,
  'YM=F': 42_000,
  'RTY=F': 2_200,
}

/** NQ's deviation from one daily close to the next, in points at its usual price. */
const NQ_DAILY_POINTS = 185

/** Describes an instrument that lives around `price`, or around its usual level. */
export function contractOf(instrument: Instrument, price?: number): Contract {
  const usual = USUAL_PRICE[instrument.symbol]
  const tick = instrument.tick ?? GENERIC_TICK
  const perPoint = Math.round(1 / tick)
  // A known contract moves by its points at its usual price; of a generic one only NQ's share of the price is known.
  const dailyMovement = (NQ_DAILY_POINTS * instrument.rangeRatio) / (usual ?? 20_000)
  return {
    instrument,
    level: Math.max(1, Math.round((price ?? usual ?? GENERIC_PRICE) / tick)),
    dailyMovement,
    // Dividing by a whole number gives the double nearest to the decimal price; multiplying by 0.1 would not.
    toPrice: perPoint >= 1 ? (ticks) => ticks / perPoint : (ticks) => ticks * tick,
  }
}
