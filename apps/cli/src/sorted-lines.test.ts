import fc from 'fast-check'
import { expect, it } from 'vitest'

import { SortedLines } from './sorted-lines.ts'
import { UsageError } from './usage-error.ts'

it('gives lines by the code units of their keys, equal ones as they came', () => {
  const ascii = fc.string({ unit: fc.integer({ min: 1, max: 126 }).map((unit) => String.fromCodePoint(unit)) })
  const line = fc.tuple(fc.oneof(ascii, fc.constantFrom('', 'a', 'A', 'a\t', 'ab')), fc.string({ unit: 'grapheme' }))
  fc.assert(
    fc.property(fc.array(line, { maxLength: 50 }), (given) => {
      using lines = new SortedLines()
      for (const [key, text] of given) lines.add(key, text)
      const sorted = given.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      expect([...lines]).toEqual(sorted.map(([, text]) => text))
    }),
  )
})

it('takes more than it holds in memory', () => {
  using lines = new SortedLines()
  const count = 30_000
  const rest = 'x'.repeat(500)
  // 7,919 is prime: every number comes once, in an order of its own.
  for (let i = 0; i < count; i++)
    lines.add(String((i * 7_919) % count).padStart(5, '0'), `${(i * 7_919) % count} ${rest}`)
  let next = 0
  let wrong = 0
  for (const line of lines) if (line !== `${next++} ${rest}`) wrong++
  expect({ next, wrong }).toEqual({ next: count, wrong: 0 })
})

it('can be left half read, and says what is wrong with a database', () => {
  const lines = new SortedLines()
  lines.add('b', '2')
  lines.add('a', '1')
  for (const line of lines) {
    expect(line).toBe('1')
    break
  }
  lines[Symbol.dispose]()
  expect(() => lines.add('c', '3')).toThrow(UsageError)
  expect(() => [...lines]).toThrow(/^The rows cannot be sorted in a temporary file: /)
})
