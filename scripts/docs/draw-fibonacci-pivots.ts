import { candles, fibonacciPivots } from '@openpredict/calculators'
import { parseInstant, tradingDay } from '@openpredict/market'

import { market, MINUTE, noteOf, within } from './bars.ts'
import { Chart, priceRange, type Tone, written } from './chart.ts'

const SEED = 7
const DAY = tradingDay(parseInstant('2024-06-05T14:00Z'))
const BEFORE = tradingDay(DAY.start - 1)
const HALF_HOUR = 30 * MINUTE

/** A day's high, low and close, and the pivots that they give for the next one. */
export function drawFibonacciPivots(): string {
  const bars = market(SEED).bars(parseInstant('2024-06-02T22:00Z'), DAY.end)
  const pivots = fibonacciPivots(bars).filter(
    ({ period, period_start: start }) => period === 'DAILY' && start === DAY.start,
  )
  const quarters = within(candles(bars, '15m'), BEFORE.start, DAY.end)
  const day = within(quarters, BEFORE.start, BEFORE.end)
  const [high, low] = [Math.max(...day.map((bar) => bar.high)), Math.min(...day.map((bar) => bar.low))]
  const close = day.at(-1)?.close ?? 0
  const closedAt = (day.at(-1)?.time ?? BEFORE.end) + 15 * MINUTE
  const shown = pairs(quarters)
  const chart = new Chart({
    title: 'Fibonacci pivots',
    note: noteOf(SEED, '30-minute candles of two trading days'),
    description: 'The high, low and close of one trading day, and the seven pivots of the next, drawn over it.',
    from: BEFORE.start,
    to: DAY.end,
    ...priceRange(
      shown,
      pivots.map(({ price }) => price),
    ),
    right: 110,
    height: 470,
  })
    .wash('soft', BEFORE.start, BEFORE.end, [low, high])
    .hours(6)
    .heading(BEFORE.start, BEFORE.end, 'the day before: H, L and C')
    .heading(DAY.start, DAY.end, 'the day that the pivots are for')
    .candles(shown, HALF_HOUR)
  for (const { price, level } of pivots)
    chart.line({ time: DAY.start, price }, { time: DAY.end, price }, toneOf(level), level === 'PP' ? 'thick' : '')
  for (const [name, price] of [
    ['H', high],
    ['L', low],
  ] as const)
    chart
      .line({ time: BEFORE.start, price }, { time: DAY.start, price }, 'ink', 'dashed')
      .word({ time: BEFORE.start, price }, `${name} ${written(price)}`, {
        anchor: 'start',
        dx: 4,
        dy: name === 'H' ? -5 : 14,
      })
  chart
    .dot({ time: closedAt, price: close }, 'mark')
    .word({ time: closedAt, price: close }, `C ${written(close)}`, { anchor: 'end', dx: -8, dy: -8 })
  return chart
    .margin(pivots.map(({ level, price }) => ({ price, text: `${level}  ${written(price)}`, tone: toneOf(level) })))
    .toString()
}

function toneOf(level: string): Tone {
  if (level === 'PP') return 'mark'
  return level.startsWith('R') ? 'down' : 'up'
}

/** Quarters two by two, so that two days have room. */
function pairs(quarters: ReturnType<typeof within>): ReturnType<typeof within> {
  const found = new Map<number, (typeof quarters)[number]>()
  for (const bar of quarters) {
    const time = Math.floor(bar.time / HALF_HOUR) * HALF_HOUR
    const first = found.get(time)
    found.set(
      time,
      first === undefined
        ? { ...bar, time }
        : { ...first, high: Math.max(first.high, bar.high), low: Math.min(first.low, bar.low), close: bar.close },
    )
  }
  return [...found.values()]
}
