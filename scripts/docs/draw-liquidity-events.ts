import { candles, liquidityEvents } from '@openpredict/calculators'
import { parseInstant } from '@openpredict/market'

import { market, MINUTE, noteOf, within } from './bars.ts'
import { Chart, priceRange, written } from './chart.ts'

const SEED = 13
const SWEPT = parseInstant('2024-06-03T19:59Z')
const SESSION = [parseInstant('2024-06-03T12:30Z'), parseInstant('2024-06-03T16:00Z')] as const
const [START, END] = [parseInstant('2024-06-03T12:00Z'), parseInstant('2024-06-03T21:00Z')]
const FIVE = 5 * MINUTE

/** A pool from the session that made it to the sweep that took it, and the hold after. */
export function drawLiquidityEvents(): string {
  const bars = market(SEED).bars(parseInstant('2024-06-02T22:00Z'), END)
  const sweep = liquidityEvents(bars).find(
    ({ timestamp, level_type: type }) => timestamp === SWEPT && type === 'NY_AM_LOW',
  )
  if (!sweep?.reclaimed_at) throw new Error('the market has no such sweep')
  const { level_price: pool, sweep_price: swept, reclaimed_at: reclaimed, hold_minutes: minutes } = sweep
  const shown = within(candles(bars, '5m'), START, END)
  const held = reclaimed + minutes * MINUTE
  return new Chart({
    title: 'A clean sweep of the New York morning’s low',
    note: noteOf(SEED, '5-minute candles; the event is found on 1-minute bars'),
    description:
      'The morning makes a low, which is a pool from noon on; a later bar goes below it and closes back above.',
    from: START,
    to: END,
    ...priceRange(shown, [swept - 4]),
    right: 200,
    height: 450,
  })
    .wash('soft', ...SESSION)
    .wash('up', reclaimed, held)
    .hours(1)
    .heading(...SESSION, 'New York AM')
    .heading(reclaimed, held, `held ${minutes} min`, 'up')
    .candles(shown, FIVE)
    .line({ time: SESSION[0], price: pool }, { time: SESSION[1], price: pool }, 'mark', 'dashed')
    .line({ time: SESSION[1], price: pool }, { time: END, price: pool }, 'mark', 'thick')
    .word({ time: SESSION[1], price: pool }, 'a pool from here on', { tone: 'mark', anchor: 'start', dx: 6, dy: -6 })
    .dot({ time: SWEPT + MINUTE / 2, price: swept }, 'warm')
    .word({ time: SWEPT, price: swept }, `${sweep.quality}, ${written(pool - swept)} beyond`, {
      tone: 'warm',
      anchor: 'end',
      dx: 4,
      dy: 18,
    })
    .margin([
      { price: pool, text: `level_price  ${written(pool)}`, tone: 'mark' },
      { price: swept, text: `sweep_price  ${written(swept)}`, tone: 'warm' },
    ])
    .toString()
}
