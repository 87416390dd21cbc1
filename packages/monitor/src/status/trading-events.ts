import type { Row } from '@openpredict/store'

/** Something that the calculators found, as a line of a list says it. */
export interface TradingEvent {
  /** When it was known, epoch ms. */
  readonly at: number
  readonly kind: 'liquidity' | 'gap' | 'structure'
  readonly direction: 'BULLISH' | 'BEARISH'
  /** `clean sweep ASIAN_HIGH`, `15m gap`, `4H CHOCH`. */
  readonly what: string
  /** The level that was swept or broken; of a gap, its edges from the lower to the upper. */
  readonly prices: readonly number[]
}

/** Gaps and breaks of one minute come by the hundred a day: no list for people has them. */
const TOO_SHORT = '1m'

/**
 * What was found in a span `[from, to)` of time, by when it was known, the newest first: liquidity events, and gaps and
 * breaks of structure of five minutes and longer.
 *
 * @example
 * ```ts
 * tradingEvents({ liquidity: [], gaps: [], breaks: [], from: 0, to: 1 }) // => []
 * ```
 */
export function tradingEvents(options: {
  readonly liquidity: readonly Row<'liquidity_events'>[]
  readonly gaps: readonly Row<'fvg'>[]
  readonly breaks: readonly Row<'market_structure'>[]
  readonly from: number
  readonly to: number
}): readonly TradingEvent[] {
  const { liquidity, gaps, breaks, from, to } = options
  const events: readonly TradingEvent[] = [
    ...liquidity.map((row) => ({
      at: row.confirmed_at,
      kind: 'liquidity' as const,
      direction: row.direction,
      what: `${row.quality.toLowerCase().replace('_', ' ')} ${row.level_type}`,
      prices: [row.level_price],
    })),
    ...gaps.filter(isLong).map((row) => ({
      at: row.confirmed_at,
      kind: 'gap' as const,
      direction: row.fvg_type,
      what: `${row.timeframe} gap${row.filled ? ' filled' : ''}`,
      prices: [row.gap_bottom, row.gap_top],
    })),
    ...breaks.filter(isLong).map((row) => ({
      at: row.confirmed_at,
      kind: 'structure' as const,
      direction: row.direction,
      what: `${row.timeframe} ${row.break_type}`,
      prices: [row.level],
    })),
  ]
  return events.filter(({ at }) => at >= from && at < to).toSorted((a, b) => b.at - a.at || (a.what < b.what ? -1 : 1))
}

function isLong({ timeframe }: { readonly timeframe: string }): boolean {
  return timeframe !== TOO_SHORT
}
