import { expect, it } from 'vitest'

import { copyBar, progressBar } from './progress-bar.ts'

it.each([
  [0, '░░░░░░░░░░░░░░░░░░░░   0 %  1,234,567 bars'],
  [499, '█████████░░░░░░░░░░░  49 %  1,234,567 bars'],
  [999, '███████████████████░  99 %  1,234,567 bars'],
  [1_000, '████████████████████ 100 %  1,234,567 bars'],
  [1_500, '████████████████████ 100 %  1,234,567 bars'],
])('shows how much of a file is read: %d bytes of 1,000', (bytes, text) => {
  expect(progressBar({ bytes, size: 1_000, bars: 1_234_567 })).toBe(text)
})

it('counts bars alone where the size is not known', () => {
  expect(progressBar({ bytes: 10, size: 0, bars: 1 })).toBe('1 bar')
})

it('shows how much of a table was looked at, and what for', () => {
  const table = 'ohlc_data'
  expect(copyBar({ table, phase: 'copy', rows: 2_500, of: 10_000 })).toBe(
    '█████░░░░░░░░░░░░░░░  25 %  copying ohlc_data, 2,500 rows',
  )
  expect(copyBar({ table, phase: 'verify', rows: 0, of: 0 })).toBe(
    '████████████████████ 100 %  comparing ohlc_data, 0 rows',
  )
})
