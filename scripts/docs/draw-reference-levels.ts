import { candles, type LevelType, referenceLevels } from '@openpredict/calculators'
import { parseInstant } from '@openpredict/market'

import { market, MINUTE, noteOf, within } from './bars.ts'
import { Chart, priceRange, type Tone, written } from './chart.ts'

const SEED = 21
const [START, END] = [parseInstant('2024-06-05T22:00Z'), parseInstant('2024-06-06T21:00Z')]
const QUARTER = 15 * MINUTE

const SHOWN: Readonly<Partial<Record<LevelType, Tone>>> = {
  SESSION_OPEN: 'ink',
  MIDNIGHT_OPEN: 'ink',
  NY_OPEN: 'ink',
  ASIAN_HIGH: 'mark',
  ASIAN_LOW: 'mark',
  LONDON_HIGH: 'warm',
  LONDON_LOW: 'warm',
  NY_PM_HIGH: 'up',
  NY_PM_LOW: 'up',
  PREV_DAY_HIGH: 'down',
  PREV_DAY_LOW: 'down',
}

/** The levels of one trading day, each drawn over its period; the day before only as lines. */
export function drawReferenceLevels(): string {
  const bars = market(SEED).bars(parseInstant('2024-06-02T22:00Z'), END)
  const levels = referenceLevels(bars).filter(
    ({ level_type: type, period_start: start }) =>
      type in SHOWN && (type.startsWith('PREV') ? start === START - 86_400_000 : start >= START && start < END),
  )
  const shown = within(candles(bars, '15m'), START, END)
  const chart = new Chart({
    title: 'Reference levels',
    note: noteOf(SEED, '15-minute candles of one trading day'),
    description: 'A trading day with the ranges of its sessions, its opens, and the high and low of the day before.',
    from: START,
    to: END,
    ...priceRange(
      shown,
      levels.map(({ price }) => price),
    ),
    right: 190,
    height: 470,
  })
  for (const { level_type: type, period_start: start, period_end: end } of levels)
    if (type.endsWith('_HIGH') && !type.startsWith('PREV')) chart.wash(SHOWN[type] ?? 'soft', start, Math.min(end, END))
  chart.hours(2).candles(shown, QUARTER)
  for (const { level_type: type, period_start: start, period_end: end, price } of levels) {
    const tone = SHOWN[type] ?? 'ink'
    const from = Math.max(start, START)
    const over = type.startsWith('PREV') ? END : Math.min(end, END)
    chart.line({ time: from, price }, { time: over, price }, tone, type.endsWith('OPEN') ? '' : 'thick')
    if (over < END) chart.line({ time: over, price }, { time: END, price }, tone, 'dashed')
  }
  const session = (name: string, type: LevelType): void => {
    const row = levels.find((level) => level.level_type === type)
    if (row !== undefined) chart.heading(row.period_start, Math.min(row.period_end, END), name, SHOWN[type] ?? 'soft')
  }
  session('Asia', 'ASIAN_HIGH')
  session('London', 'LONDON_HIGH')
  session('New York PM', 'NY_PM_HIGH')
  return chart
    .margin(
      levels.map(({ level_type: type, price }) => ({
        price,
        text: `${type}  ${written(price)}`,
        tone: SHOWN[type] ?? 'ink',
      })),
    )
    .toString()
}
