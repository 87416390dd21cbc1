import { expect, it } from 'vitest'

import { fitted } from './format.ts'

it.each([
  ['as it is where there is room', 'one two', 7, 'one two'],
  ['as it is where nobody counts columns', 'one two three', undefined, 'one two three'],
  ['between words, the rest set in', '  one two  three', 10, '  one two\n    three'],
  ['with a word that is too long as it is', 'a /very/long/path b', 8, 'a\n    /very/long/path\n    b'],
  ['without counting colours', '\u001B[31mone\u001B[39m two', 7, '\u001B[31mone\u001B[39m two'],
])('breaks a line %s', (_, line, columns, lines) => {
  expect(fitted(line, columns === undefined ? {} : { columns }, 4)).toBe(lines)
})
