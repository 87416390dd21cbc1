import { expect, it } from 'vitest'

import { progressBar } from './progress-bar.ts'

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
