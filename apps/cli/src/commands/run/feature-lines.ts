import type { Instrument } from '@openpredict/market'
import type { Row } from '@openpredict/store'

import { columns, formatDistance, formatMinute, formatPrice, formatTimeOfDay } from '../../format.ts'
import type { Terminal } from '../../terminal.ts'

/** What lines about features are made for. */
export interface FeatureView {
  readonly price: number
  readonly instrument: Instrument
  readonly terminal: Terminal
}

type Direction = 'BULLISH' | 'BEARISH' | 'NEUTRAL'

/** The latest break of structure of each timeframe, shortest timeframe first, with the way from the price to the level. */
export function structureLines(rows: readonly Row<'market_structure'>[], view: FeatureView): readonly string[] {
  const order = ['1m', '5m', '15m', '1H', '4H']
  const latest = new Map<string, Row<'market_structure'>>()
  for (const row of rows) {
    const known = latest.get(row.timeframe)
    if (known === undefined || row.confirmed_at >= known.confirmed_at) latest.set(row.timeframe, row)
  }
  const shown = [...latest.values()].toSorted((a, b) => order.indexOf(a.timeframe) - order.indexOf(b.timeframe))
  const cells = shown.map((row) => [
    ` ${row.timeframe}`,
    row.break_type,
    row.direction,
    formatPrice(row.level, view.instrument),
    formatDistance(row.level - view.price, view.instrument),
    `${row.displacement_quality.toLowerCase()}, ${formatPrice(row.displacement, view.instrument)} points`,
    formatMinute(row.timestamp),
  ])
  return coloured(columns(cells, [3, 4]), shown, view.terminal)
}

/** The gaps nearest to the price that are not filled, highest first. */
export function gapLines(rows: readonly Row<'fvg'>[], view: FeatureView, most: number): readonly string[] {
  const distance = ({ gap_top, gap_bottom }: Row<'fvg'>): number =>
    Math.max(0, gap_bottom - view.price, view.price - gap_top)
  const shown = rows
    .filter(({ filled }) => !filled)
    .toSorted((a, b) => distance(a) - distance(b) || b.timestamp - a.timestamp)
    .slice(0, most)
    .toSorted((a, b) => b.gap_top - a.gap_top)
  const cells = shown.map((row) => {
    const near = row.fvg_type === 'BULLISH' ? row.gap_top : row.gap_bottom
    return [
      ` ${row.timeframe}`,
      row.fvg_type,
      `${formatPrice(row.gap_bottom, view.instrument)} – ${formatPrice(row.gap_top, view.instrument)}`,
      formatDistance(near - view.price, view.instrument),
      row.touched_at === null ? 'untouched' : `${Math.round(row.fill_fraction * 100)} % filled`,
      formatMinute(row.timestamp),
    ]
  })
  return coloured(columns(cells, [3]), shown, view.terminal)
}

/** The liquidity events since an instant, the latest of them, oldest first. */
export function eventLines(
  rows: readonly Row<'liquidity_events'>[],
  view: FeatureView,
  { since, most }: { readonly since: number; readonly most: number },
): readonly string[] {
  const shown = rows
    .filter(({ timestamp }) => timestamp >= since)
    .toSorted((a, b) => a.timestamp - b.timestamp || a.level_price - b.level_price)
    .slice(-most)
  const cells = shown.map((row) => [
    ` ${formatTimeOfDay(row.timestamp)}`,
    row.level_type,
    formatPrice(row.level_price, view.instrument),
    row.quality.toLowerCase().replace('_', ' '),
    `to ${formatPrice(row.sweep_price, view.instrument)}`,
    row.direction,
    row.reclaimed_at === null ? '' : `held ${row.hold_minutes} min`,
  ])
  return coloured(columns(cells, [2]), shown, view.terminal)
}

/** The blocks of the latest hour that has any. */
export function blockLines(rows: readonly Row<'hourly_blocks'>[], view: FeatureView): readonly string[] {
  const hour = Math.max(...rows.map(({ hour_start }) => hour_start))
  const shown = rows.filter(({ hour_start }) => hour_start === hour).toSorted((a, b) => a.block_number - b.block_number)
  const cells = shown.map((row) => [
    ` ${row.block_number}`,
    formatTimeOfDay(row.timestamp),
    formatPrice(row.open, view.instrument),
    formatPrice(row.high, view.instrument),
    formatPrice(row.low, view.instrument),
    formatPrice(row.close, view.instrument),
    formatDistance(row.deviation_from_hour_open, view.instrument),
    row.bias,
    row.complete ? '' : 'still running',
  ])
  const directions = shown.map(({ bias }) => ({ direction: bias }))
  return coloured(columns(cells, [2, 3, 4, 5, 6]), directions, view.terminal)
}

/** Lines in the colour of the direction that each row points in. */
function coloured(
  lines: readonly string[],
  rows: readonly ({ readonly direction: Direction } | { readonly fvg_type: Direction })[],
  { colour }: Terminal,
): readonly string[] {
  return lines.map((line, i) => {
    const row = rows[i]
    const direction = row === undefined ? 'NEUTRAL' : 'direction' in row ? row.direction : row.fvg_type
    if (direction === 'NEUTRAL') return line
    return direction === 'BULLISH' ? colour.green(line) : colour.red(line)
  })
}
