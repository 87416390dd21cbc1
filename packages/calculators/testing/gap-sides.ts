import { mirrored, type Prices } from './hand-made-bars.ts'

/** Either direction: rules are written down for bullish gaps, and hold for bearish ones with all prices upside down. */
export interface GapDirection {
  readonly type: 'BULLISH' | 'BEARISH'
  readonly price: (atBullish: number) => number
  readonly prices: (atBullish: Prices) => Prices
  /** The gap's columns from its far edge, at which it is filled, and its near one. */
  readonly edges: (far: number, near: number) => { readonly gap_top: number; readonly gap_bottom: number }
}

const SUM = 300

export const GAP_DIRECTIONS: readonly GapDirection[] = [
  {
    type: 'BULLISH',
    price: (price) => price,
    prices: (prices) => prices,
    edges: (far, near) => ({ gap_top: near, gap_bottom: far }),
  },
  {
    type: 'BEARISH',
    price: (price) => SUM - price,
    prices: (prices) => mirrored(prices, SUM),
    edges: (far, near) => ({ gap_top: SUM - far, gap_bottom: SUM - near }),
  },
]
