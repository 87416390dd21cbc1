import { candles, marketStructure, swings } from '@openpredict/calculators'
import { parseInstant } from '@openpredict/market'

import { market, MINUTE, noteOf, within } from './bars.ts'
import { Chart, priceRange } from './chart.ts'

const SEED = 11
const [START, END] = [parseInstant('2024-06-04T07:00Z'), parseInstant('2024-06-04T20:00Z')]
const QUARTER = 15 * MINUTE

/** Swings as dots, and a line from each one that broke to the candle that broke it. */
export function drawMarketStructure(): string {
  const bars = market(SEED).bars(parseInstant('2024-06-02T22:00Z'), END)
  const quarters = candles(bars, '15m')
  const shown = within(quarters, START, END)
  const breaks = marketStructure(bars).filter(
    ({ timeframe, timestamp }) => timeframe === '15m' && timestamp >= START && timestamp < END,
  )
  const chart = new Chart({
    title: 'Market structure',
    note: noteOf(SEED, '15-minute candles; dots are swings'),
    description: 'Breaks of structure that go on with the trend, and the change of character that turns it.',
    from: START,
    to: END,
    ...priceRange(shown),
    right: 24,
    height: 470,
  })
    .hours(1)
    .candles(shown, QUARTER)
  for (const { type, time, price } of swings(quarters))
    if (time >= START && time < END) chart.dot({ time: time + QUARTER / 2, price }, type === 'HIGH' ? 'mark' : 'warm')
  for (const {
    break_type: type,
    direction,
    level,
    swing_timestamp: swing,
    timestamp,
    displacement_quality,
  } of breaks) {
    const up = direction === 'BULLISH'
    const from = { time: Math.max(START, swing + QUARTER / 2), price: level }
    const to = { time: timestamp + QUARTER / 2, price: level }
    chart.line(from, to, up ? 'up' : 'down', 'thick').word(to, `${type}, ${displacement_quality.toLowerCase()}`, {
      tone: up ? 'up' : 'down',
      anchor: 'end',
      dx: -8,
      dy: up ? -6 : 15,
    })
  }
  return chart.toString()
}
