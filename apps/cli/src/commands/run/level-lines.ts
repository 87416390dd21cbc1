import type { Instrument } from '@openpredict/market'
import type { Row } from '@openpredict/store'

import { columns, formatDistance, formatMinute, formatPrice } from '../../format.ts'
import type { Terminal } from '../../terminal.ts'

/** One price that traders watch. */
interface PriceLine {
  readonly name: string
  readonly price: number
  readonly since: number
  readonly running: boolean
}

/** The levels nearest to the price, highest first, with their distances; the price stands between them. */
export function levelLines(options: {
  readonly levels: readonly Row<'reference_levels'>[]
  readonly pivots: readonly Row<'fibonacci_pivots'>[]
  readonly price: number
  readonly instrument: Instrument
  readonly terminal: Terminal
  /** How many on each side. */
  readonly around: number
}): readonly string[] {
  const { price, instrument, around, terminal } = options
  const lines = [...currentLevels(options.levels), ...currentPivots(options.pivots)].toSorted(
    (a, b) => b.price - a.price,
  )
  const above = lines.filter((line) => line.price > price).slice(-around)
  const below = lines.filter((line) => line.price <= price).slice(0, around)
  const cells = [...above, undefined, ...below].map((line) =>
    line === undefined
      ? ['▶', formatPrice(price, instrument), '', 'price', '']
      : [
          ' ',
          formatPrice(line.price, instrument),
          formatDistance(line.price - price, instrument),
          line.name,
          `since ${formatMinute(line.since)}${line.running ? ', still running' : ''}`,
        ],
  )
  const { colour } = terminal
  return columns(cells, [1, 2]).map((text, i) => {
    if (i === above.length) return colour.bold(text)
    return i < above.length ? colour.green(text) : colour.red(text)
  })
}

/** Of each type the row with the latest period. */
function currentLevels(rows: readonly Row<'reference_levels'>[]): readonly PriceLine[] {
  const latest = new Map<string, Row<'reference_levels'>>()
  for (const row of rows) {
    const known = latest.get(row.level_type)
    if (known === undefined || row.period_start > known.period_start) latest.set(row.level_type, row)
  }
  return [...latest.values()].map(({ level_type, price, period_start, complete }) => ({
    name: level_type,
    price,
    since: period_start,
    running: !complete,
  }))
}

/** The pivots of the latest day and week. */
function currentPivots(rows: readonly Row<'fibonacci_pivots'>[]): readonly PriceLine[] {
  const latest = new Map<string, Row<'fibonacci_pivots'>>()
  for (const row of rows) {
    const key = `${row.period} ${row.level}`
    const known = latest.get(key)
    if (known === undefined || row.period_start > known.period_start) latest.set(key, row)
  }
  return [...latest.values()].map(({ period, level, price, period_start }) => ({
    name: `${period} ${level}`,
    price,
    since: period_start,
    running: false,
  }))
}
