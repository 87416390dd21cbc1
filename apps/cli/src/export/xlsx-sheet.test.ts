import { describe, expect, it } from 'vitest'

import { sheetRow } from './xlsx-sheet.ts'

const place = { table: 'notes', number: 2 }

function cellOf(text: string): string {
  const row = sheetRow([['note', { kind: 'text' }]], { note: text }, place)
  return /<t xml:space="preserve">(.*)<\/t>/s.exec(row)?.[1] ?? ''
}

describe('a cell of text', () => {
  it.each([
    ['a<b> & "c"', 'a&lt;b&gt; &amp; "c"'],
    ['two\nlines\tand a tab', 'two\nlines\tand a tab'],
    ['\u0000\u0007\r\u001B', '_x0000__x0007__x000D__x001B_'],
    ['\uFFFF', '_xFFFF_'],
    ['_x0007_', '_x005F_x0007_'],
    ['_x0007', '_x0007'],
    ['é 😀', 'é 😀'],
  ])('writes %j as XML can hold it', (text, written) => {
    expect(cellOf(text)).toBe(written)
  })
})

describe('a row of a sheet', () => {
  it('has cells of their types, and none for what is missing', () => {
    const columns = [
      ['at', { kind: 'instant' }],
      ['price', { kind: 'price' }],
      ['count', { kind: 'integer' }],
      ['done', { kind: 'boolean' }],
      ['gone', { kind: 'text', nullable: true }],
    ] as const
    const row = { at: Date.UTC(2024, 0, 1, 12), price: 1.5, count: 0, done: false, gone: null }
    expect(sheetRow(columns, row, place)).toBe(
      '<row r="2"><c r="A2" s="2"><v>45292.5</v></c><c r="B2" s="4"><v>1.5</v></c><c r="C2"><v>0</v></c>' +
        '<c r="D2" t="b"><v>0</v></c></row>',
    )
  })

  it('names columns after Z as Excel does', () => {
    const columns = Array.from({ length: 53 }, (_, i) => [`c${i}`, { kind: 'integer' }] as const)
    const row = Object.fromEntries(columns.map(([name], i) => [name, i]))
    const names = [...sheetRow(columns, row, place).matchAll(/r="([A-Z]+)2"/g)].map(([, name]) => name)
    expect(names.filter((_, i) => [0, 25, 26, 51, 52].includes(i))).toEqual(['A', 'Z', 'AA', 'AZ', 'BA'])
  })
})
