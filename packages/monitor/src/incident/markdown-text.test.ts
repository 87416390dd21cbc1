import { describe, expect, it } from 'vitest'

import { markdownCode, markdownTable, markdownText } from './markdown-text.ts'

describe('markdownText', () => {
  it.each([
    ['plain text, 99.5 % (of 60) - fine', 'plain text, 99.5 % (of 60) - fine'],
    ['a|b', String.raw`a\|b`],
    ['<script>alert(1)</script>', String.raw`\<script\>alert(1)\</script\>`],
    ['![x](javascript:y)', String.raw`!\[x\](javascript:y)`],
    ['see https://evil.example or www.evil.example', String.raw`see https\://evil.example or www\.evil.example`],
    ['@team #12 &amp; `x`', String.raw`\@team \#12 \&amp; ${'\\`x\\`'}`],
    ['one\r\n# two\u001B[2J', String.raw`one \# two \[2J`],
  ])('makes nothing of %j', (found, expected) => {
    expect(markdownText(found)).toBe(expected)
  })
})

describe('markdownCode', () => {
  it.each([
    ['error: *x*', '`error: *x*`'],
    ['a|b', '`a\\|b`'],
    ['has ` one', '`` has ` one ``'],
    ['has ``` three', '```` has ``` three ````'],
    ['two\nlines', '`two lines`'],
    ['', ''],
  ])('shows %j as it stands', (found, expected) => {
    expect(markdownCode(found)).toBe(expected)
  })
})

describe('markdownTable', () => {
  it('has a head and a line for each row, and nothing without any', () => {
    expect(markdownTable(['a', 'b'], [['1', '2']])).toEqual(['| a | b |', '| --- | --- |', '| 1 | 2 |'])
    expect(markdownTable(['a'], [])).toEqual([])
  })
})
