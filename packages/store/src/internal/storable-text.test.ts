import fc from 'fast-check'
import { expect, it } from 'vitest'

import { storableJson, storableText } from './storable-text.ts'

/** Any UTF-16 code unit: NUL and halves of pairs included. */
const codeUnit = fc.oneof(
  fc.constantFrom('\0', '\uD83D', '\uDE80', 'a'),
  fc.nat({ max: 0xffff }).map((code) => String.fromCodePoint(code)),
)

it('leaves well-formed text without NUL as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      fc.pre(!text.includes('\0'))
      expect(storableText(text)).toBe(text)
    }),
  )
})

it('makes any text one that every database holds', () => {
  fc.assert(
    fc.property(fc.string({ unit: codeUnit }), (text) => {
      const stored = storableText(text)
      expect(stored.isWellFormed() && !stored.includes('\0')).toBe(true)
      expect(stored).toHaveLength(text.length)
    }),
  )
})

it('cleans texts and keys inside JSON, and leaves what looks like an escape', () => {
  expect(storableJson({ 'a\0': ['\\u0000', '\uDC00', 1, null] })).toBe('{"a\uFFFD":["\\\\u0000","\uFFFD",1,null]}')
})
