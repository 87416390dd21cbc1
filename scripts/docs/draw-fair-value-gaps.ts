import { candles, fairValueGaps } from '@openpredict/calculators'
import { parseInstant } from '@openpredict/market'

import { market, MINUTE, noteOf, within } from './bars.ts'
import { Chart, priceRange, written } from './chart.ts'

const SEED = 1
const MIDDLE = parseInstant('2024-06-05T05:30Z')
const [START, END] = [parseInstant('2024-06-05T04:30Z'), parseInstant('2024-06-05T10:45Z')]
const QUARTER = 15 * MINUTE

/** One gap from its three candles to its inversion. */
export function drawFairValueGaps(): string {
  const bars = market(SEED).bars(parseInstant('2024-06-04T22:00Z'), END)
  const gap = fairValueGaps(bars).find(({ timestamp }) => timestamp === MIDDLE)
  const { touched_at: touched, half_filled_at: half, fill_timestamp: filled, inverted_at: inverted } = gap ?? {}
  if (gap === undefined || !touched || !half || !filled || !inverted) throw new Error('the market has no such gap')
  const { gap_top: top, gap_bottom: bottom, confirmed_at: confirmed } = gap
  const shown = within(candles(bars, '15m'), START, END)
  const chart = new Chart({
    title: 'A bullish fair value gap',
    note: noteOf(SEED, '15-minute candles'),
    description:
      'Three candles leave a gap; later price touches it, comes to its middle, fills it and closes below it.',
    from: START,
    to: END,
    ...priceRange(shown),
    right: 190,
  })
    .wash('mark', MIDDLE, filled, [top, bottom])
    .wash('soft', MIDDLE - QUARTER, MIDDLE + 2 * QUARTER)
    .hours()
    .candles(shown, QUARTER)
    .line({ time: MIDDLE, price: top }, { time: END, price: top }, 'mark')
    .line({ time: MIDDLE, price: bottom }, { time: END, price: bottom }, 'mark')
    .line({ time: confirmed, price: (top + bottom) / 2 }, { time: END, price: (top + bottom) / 2 }, 'mark', 'dashed')
  shown
    .filter(({ time }) => Math.abs(time - MIDDLE) <= QUARTER)
    .forEach(({ time, low }, i) =>
      chart.word({ time: time + QUARTER / 2, price: low }, `c${i + 1}`, { dy: 16, tone: 'mark' }),
    )
  return chart
    .dot({ time: touched, price: top }, 'warm')
    .word({ time: touched, price: top }, 'touched', { tone: 'warm', anchor: 'start', dx: 6, dy: 15 })
    .dot({ time: half, price: (top + bottom) / 2 }, 'warm')
    .word({ time: half, price: (top + bottom) / 2 }, 'half filled', { tone: 'warm', anchor: 'end', dx: -10, dy: 15 })
    .dot({ time: filled, price: bottom }, 'warm')
    .word({ time: filled, price: bottom }, 'filled', { tone: 'warm', anchor: 'end', dx: -8, dy: 16 })
    .dot({ time: inverted, price: shown.find(({ time }) => time + QUARTER === inverted)?.close ?? bottom }, 'down')
    .word(
      { time: inverted, price: shown.find(({ time }) => time + QUARTER === inverted)?.close ?? bottom },
      'inverted',
      {
        tone: 'down',
        anchor: 'end',
        dx: -6,
        dy: 30,
      },
    )
    .margin([
      { price: top, text: `gap_top  ${written(top)}`, tone: 'mark' },
      { price: (top + bottom) / 2, text: 'the middle', tone: 'mark' },
      { price: bottom, text: `gap_bottom  ${written(bottom)}`, tone: 'mark' },
    ])
    .toString()
}
