import type { NearbyLevel, StatusView, TradingEvent } from '@openpredict/monitor'
import type { Instrument } from '@openpredict/market'
import type { DeliveryState } from '@openpredict/store/delivery'

import { columns, formatDistance, formatPrice } from '../../../format.ts'
import { factLines, headLine } from './status-facts.ts'
import { newYorkMinute } from './status-time.ts'
import { drawLine, lengthOf, type Line, type Screen } from './status-text.ts'

/** Below this there is no room for two columns. */
const NARROW = 66
/** From here on there is room for more of each level and event. */
const WIDE = 110
/** As many levels on each side, and events, where nothing has to fit. */
const MOST_LEVELS = 5

/** Words of an event behind which its prices have room. */
const SHORT_WHAT = 16

/** What a frame shows. */
export interface StatusFrame {
  /** One for each instrument, one at least. */
  readonly views: readonly StatusView[]
  /** Which of them is shown in full. */
  readonly selected: number
  readonly delivery?: DeliveryState | undefined
  /** The last line: what the keys do, where the rows are. */
  readonly foot: Line
}

/** A screen's lines, none wider and no more of them than it has room for. */
export function statusFrame({ views, selected, delivery, foot }: StatusFrame, screen: Screen): readonly string[] {
  const { width, height } = screen
  const view = views[selected]
  if (view === undefined) throw new RangeError(`A frame needs a view, found none at ${selected} of ${views.length}.`)
  const others: readonly Line[] = views.length > 1 ? [...overviewLines(views, selected), []] : []
  const facts: readonly Line[] = [headLine(view, width), ...factLines(view, width, delivery)]
  const room = height - others.length - facts.length - 1
  const market = marketLines(view, width, room - 1)
  const body = [...others, ...facts, ...(market.length > 0 ? [[], ...market] : [])]
  const lines = [...body.slice(0, Math.max(0, height - 1)), foot]
  return lines.map((line) => drawLine(line, screen))
}

/** A line for each instrument. */
function overviewLines(views: readonly StatusView[], selected: number): readonly Line[] {
  const cells = views.map(({ instrument, freshness, market, lastCycle, success }, i) => [
    i === selected ? '▶' : ' ',
    instrument.symbol,
    freshness.price === undefined ? '–' : formatPrice(freshness.price, instrument),
    market.open ? 'open' : 'closed',
    lastCycle === undefined ? 'no cycle' : `#${lastCycle.row.cycle} ${lastCycle.row.status}`,
    freshness.lagMs === undefined ? '' : `${Math.round(freshness.lagMs / 60_000)} min behind`,
    ...success.map(
      ({ lengthMs, share }) =>
        `${lengthMs / 3_600_000} h ${share === undefined ? '–' : `${Math.floor(share * 1_000) / 10} %`}`,
    ),
  ])
  return columns(cells, [2, 5, 6, 7]).map((text, i) => {
    const status = views[i]?.lastCycle?.row.status
    return [{ text, look: status === 'failed' ? 'bad' : i === selected ? 'strong' : 'plain' }]
  })
}

/** Levels around the price at the left, events at the right, on as many lines as there are. */
function marketLines(
  { levels, events, freshness, instrument }: StatusView,
  width: number,
  room: number,
): readonly Line[] {
  const { price } = freshness
  if (price === undefined || room < 3) return []
  const isWide = width >= WIDE
  const each = Math.max(1, Math.min(Number.isFinite(room) ? Math.floor((room - 2) / 2) : MOST_LEVELS, 12))
  const left = levelColumn(levels.above.slice(0, each).toReversed(), levels.below.slice(0, each), {
    price,
    instrument,
    isWide,
  })
  const lines: Line[] = [[{ text: 'LEVELS', look: 'faint' }], ...left]
  if (width < NARROW) return lines.slice(0, room)
  const rows = Math.max(lines.length, Number.isFinite(room) ? room : 0)
  const right: readonly Line[] = [
    [{ text: 'EVENTS', look: 'faint' }],
    ...events.slice(0, rows - 1).map((event) => eventLine(event, instrument, isWide)),
  ]
  const start = Math.max(...left.map(lengthOf)) + 3
  return Array.from({ length: Math.max(lines.length, right.length) }, (_, i) => {
    const line = lines[i] ?? []
    const more = right[i]
    return more === undefined ? line : [...line, ' '.repeat(start - lengthOf(line)), ...more]
  })
}

function levelColumn(
  above: readonly NearbyLevel[],
  below: readonly NearbyLevel[],
  { price, instrument, isWide }: { readonly price: number; readonly instrument: Instrument; readonly isWide: boolean },
): readonly Line[] {
  const cells = [...above, undefined, ...below].map((level) =>
    level === undefined
      ? ['▶', formatPrice(price, instrument), '', 'price', ...(isWide ? [''] : [])]
      : [
          level.isRunning ? '○' : ' ',
          formatPrice(level.price, instrument),
          formatDistance(level.price - price, instrument),
          level.name,
          ...(isWide ? [`since ${newYorkMinute(level.since)}${level.isRunning ? ', still running' : ''}`] : []),
        ],
  )
  return columns(cells, [1, 2]).map((text, i) => [
    { text, look: i < above.length ? 'good' : i === above.length ? 'strong' : 'bad' },
  ])
}

function eventLine({ at, direction, what, prices }: TradingEvent, instrument: Instrument, isWide: boolean): Line {
  const isUp = direction === 'BULLISH'
  const where = prices.map((price) => formatPrice(price, instrument)).join('–')
  // Beside the levels there is room for a word and two prices, or for a name.
  const short = isWide ? what : what.replace('gap filled', 'filled')
  const text = isWide || what.length < SHORT_WHAT ? `${short} ${where}` : short
  return [`${newYorkMinute(at).slice(4)} `, { text: isUp ? '▲' : '▼', look: isUp ? 'good' : 'bad' }, ` ${text}`]
}
