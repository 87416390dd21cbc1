import { type HourlyBlockRow, hourlyBlocks } from '@openpredict/calculators'
import { parseInstant } from '@openpredict/market'

import { market, MINUTE, noteOf, within } from './bars.ts'
import { Chart, priceRange, type Tone, written } from './chart.ts'

const SEED = 7
const HOUR = parseInstant('2024-06-05T14:00Z')

const TONES: Readonly<Record<HourlyBlockRow['bias'], Tone>> = { BULLISH: 'up', BEARISH: 'down', NEUTRAL: 'soft' }

/** An hour of minutes in its seven blocks, each as high and as low as it went. */
export function drawHourlyBlocks(): string {
  const bars = market(SEED)
    .bars(HOUR - 60 * MINUTE, HOUR + 60 * MINUTE)
    .toArray()
  const blocks = hourlyBlocks(bars).filter(({ hour_start: hour }) => hour === HOUR)
  const shown = within(bars, HOUR, HOUR + 60 * MINUTE)
  const open = shown[0]?.open ?? 0
  const chart = new Chart({
    title: 'Hourly blocks',
    note: noteOf(SEED, '1-minute bars of one hour'),
    description:
      'The seven blocks of an hour as boxes from low to high, coloured by the side of the open they closed on.',
    from: HOUR,
    to: HOUR + 60 * MINUTE,
    ...priceRange(shown),
    right: 150,
  })
  blocks.forEach(({ timestamp, bias, high, low, block_number: number, deviation_from_hour_open: deviation }, i) => {
    // A block is drawn over the bars that open in it.
    const from = Math.ceil(timestamp / MINUTE) * MINUTE
    const to = Math.ceil((blocks[i + 1]?.timestamp ?? HOUR + 60 * MINUTE) / MINUTE) * MINUTE
    const sign = deviation > 0 ? '+' : deviation < 0 ? '−' : ''
    chart
      .wash(TONES[bias], from, to, [low, high])
      .heading(from, to, String(number))
      .word({ time: (from + to) / 2, price: high }, `${sign}${written(Math.abs(deviation))}`, {
        dy: -6,
        tone: TONES[bias],
      })
  })
  return chart
    .line({ time: HOUR, price: open }, { time: HOUR + 60 * MINUTE, price: open }, 'ink', 'dashed')
    .candles(shown, MINUTE)
    .hours(1 / 6)
    .margin([{ price: open, text: `hour’s open  ${written(open)}`, tone: 'ink' }])
    .toString()
}
