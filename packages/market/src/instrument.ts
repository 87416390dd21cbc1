import { MarketError } from './errors.ts'

/** A tradable contract: how its prices look, when it trades, and how late its free data is. */
export interface Instrument {
  /** Yahoo's symbol, `NQ=F`. */
  readonly symbol: string
  readonly name: string
  /** The smallest price step in points; `undefined` when it is not known, and prices are then kept as they come. */
  readonly tick: number | undefined
  /** Decimals that prices are written with. */
  readonly decimals: number
  /** How long after a trade Yahoo shows it, in milliseconds. */
  readonly delayMs: number
  /** Which trading hours apply. */
  readonly hours: 'globex-equity' | 'always'
  /** The usual daily range relative to that of NQ: the factor between NQ's default distances and this contract's. */
  readonly rangeRatio: number
}

const TEN_MINUTES = 600_000

function globex(symbol: string, name: string, tick: number, decimals: number, rangeRatio: number): Instrument {
  return { symbol, name, tick, decimals, delayMs: TEN_MINUTES, hours: 'globex-equity', rangeRatio }
}

/**
 * The CME equity-index futures known by name.
 *
 * @example
 * ```ts
 * INSTRUMENTS.map(({ symbol }) => symbol) // => ['NQ=F', 'MNQ=F', 'ES=F', 'MES=F', 'YM=F', 'RTY=F']
 * ```
 */
export const INSTRUMENTS: readonly Instrument[] = [
  globex('NQ=F', 'E-mini Nasdaq-100', 0.25, 2, 1),
  globex('MNQ=F', 'Micro E-mini Nasdaq-100', 0.25, 2, 1),
  globex('ES=F', 'E-mini S&P 500', 0.25, 2, 0.2),
  globex('MES=F', 'Micro E-mini S&P 500', 0.25, 2, 0.2),
  globex('YM=F', 'E-mini Dow', 1, 0, 1.4),
  globex('RTY=F', 'E-mini Russell 2000', 0.1, 1, 0.11),
]

const SYMBOL = /^[A-Z0-9^][A-Z0-9.^=-]{0,19}$/

/**
 * The instrument of a Yahoo symbol (any case): a known contract, or a generic one that trades around the clock, has no
 * known tick and keeps prices as they come.
 *
 * Throws a `MarketError` of kind `symbol` when the text cannot be a symbol.
 *
 * @example
 * ```ts
 * instrumentOf('nq=f').tick // => 0.25
 * ```
 */
export function instrumentOf(symbol: string): Instrument {
  const upper = symbol.trim().toUpperCase()
  if (!SYMBOL.test(upper)) {
    throw new MarketError(
      `"${symbol}" is not a symbol: expected 1 to 20 letters, digits and . ^ = - as Yahoo writes them, for example NQ=F`,
      { kind: 'symbol', found: symbol },
    )
  }
  const known = INSTRUMENTS.find((instrument) => instrument.symbol === upper)
  if (known) return known
  return {
    symbol: upper,
    name: upper,
    tick: undefined,
    decimals: 6,
    delayMs: upper.endsWith('=F') ? TEN_MINUTES : 0,
    hours: 'always',
    rangeRatio: 1,
  }
}

/**
 * A price that arrived as a 32-bit float, put back on the instrument's tick.
 *
 * Without a known tick, the shortest decimal that the same 32-bit float stands for; a price that is no 32-bit float
 * was never rounded to one and is returned as it is. A number that is not finite is returned as it is, too.
 *
 * @example
 * ```ts
 * snapPrice(15893.2502, instrumentOf('NQ=F')) // => 15893.25
 * ```
 */
export function snapPrice(price: number, instrument: Instrument): number {
  const { tick, decimals } = instrument
  if (tick !== undefined) return Number((Math.round(price / tick) * tick).toFixed(decimals))
  if (Math.fround(price) !== price) return price
  // Ends at nine: so many significant digits tell any two 32-bit floats apart (IEEE 754).
  let digits = 6
  while (Math.fround(Number(price.toPrecision(digits))) !== price) digits++
  return Number(price.toPrecision(digits))
}
