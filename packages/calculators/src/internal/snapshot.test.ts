import { describe, expect, it } from 'vitest'

import { refusalOf } from '../../testing/refusals.ts'
import { type CalculatorSnapshot, readSnapshot, writeSnapshot } from './snapshot.ts'

const SETTINGS = { decimals: 2, historyStart: null, weights: { a: 1, b: [2, 3] } }
const CONTENT = { state: { price: Number.NaN, list: [1, 2] }, waiting: [] }
const SNAPSHOT = writeSnapshot('fvg', SETTINGS, CONTENT)

const read = (snapshot: unknown): unknown => readSnapshot(snapshot as CalculatorSnapshot, 'fvg', SETTINGS)

function problemOf(snapshot: unknown, of = 'fvg', settings: object = SETTINGS): string {
  const { message, failure } = refusalOf(() => {
    readSnapshot(snapshot as CalculatorSnapshot, of, settings as typeof SETTINGS)
  })
  const problem = message.replace(/^snapshot: /, '')
  expect(failure).toEqual({ kind: 'snapshot', problem })
  return problem
}

/** The same with the fields of all objects in the opposite order, as a database may give it back. */
function reordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reordered)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, member]) => [name, reordered(member)])
      .toReversed(),
  )
}

describe('a snapshot', () => {
  it('is plain JSON that says what it is', () => {
    expect(JSON.parse(JSON.stringify(SNAPSHOT))).toEqual(SNAPSHOT)
    expect(SNAPSHOT).toEqual({
      version: 1,
      of: 'fvg',
      settings: SETTINGS,
      content: { state: { price: 'NaN', list: [1, 2] }, waiting: [] },
      // FNV-1a of {"content":{"state":{"list":[1,2],"price":"NaN"},"waiting":[]},"of":"fvg","settings":{"decimals":2,
      // "historyStart":null,"weights":{"a":1,"b":[2,3]}},"version":1}
      checksum: '521d8cb0',
    })
  })

  it('has a checksum of eight digits, zeros included', () => {
    const checksums = Array.from({ length: 64 }, (_, i) => writeSnapshot('fvg', {}, { i }).checksum)
    for (const checksum of checksums) expect(checksum).toMatch(/^[0-9a-f]{8}$/)
    expect(new Set(checksums).size).toBe(64)
  })

  it('gives back what it was made of', () => {
    expect(read(SNAPSHOT)).toEqual(CONTENT)
    expect(read(JSON.parse(JSON.stringify(SNAPSHOT)))).toEqual(CONTENT)
  })

  it('does not depend on the order of the fields of objects, only on that of lists', () => {
    const other = reordered(SNAPSHOT)
    expect(JSON.stringify(other)).not.toBe(JSON.stringify(SNAPSHOT))
    expect(read(other)).toEqual(CONTENT)
    const swapped = { ...SNAPSHOT, content: { ...CONTENT, state: { price: 'NaN', list: [2, 1] } } }
    expect(problemOf(swapped)).toBe('the content does not fit its checksum: it was damaged or changed')
  })

  it.each<[string, unknown, string]>([
    ['of another version', { ...SNAPSHOT, version: 2 }, 'version 2, expected 1'],
    ['of no version', {}, 'version undefined, expected 1'],
    ['that is none', null, 'version undefined, expected 1'],
    ['that is none', undefined, 'version undefined, expected 1'],
    ['of another table', { ...SNAPSHOT, of: 'engine' }, 'the state of engine, expected that of fvg'],
    [
      'with a changed content',
      { ...SNAPSHOT, content: {} },
      'the content does not fit its checksum: it was damaged or changed',
    ],
    [
      'with a changed checksum',
      { ...SNAPSHOT, checksum: '00000000' },
      'the content does not fit its checksum: it was damaged or changed',
    ],
    [
      'with another setting',
      { ...SNAPSHOT, settings: { ...SETTINGS, decimals: 1 } },
      'made with decimals 1, expected 2 as here',
    ],
    [
      'with a setting more',
      { ...SNAPSHOT, settings: { ...SETTINGS, more: 1 } },
      'the content does not fit its checksum: it was damaged or changed',
    ],
    [
      'without a setting',
      { ...SNAPSHOT, settings: { decimals: 2, historyStart: null } },
      'made with weights nothing, expected {"a":1,"b":[2,3]} as here',
    ],
    ['without settings', { ...SNAPSHOT, settings: undefined }, 'made with decimals nothing, expected 2 as here'],
  ])('%s is refused', (_, snapshot, problem) => {
    expect(problemOf(snapshot)).toBe(problem)
  })

  it('is refused where other settings hold, whatever their order', () => {
    expect(readSnapshot(SNAPSHOT, 'fvg', { ...SETTINGS, weights: { b: [2, 3], a: 1 } })).toEqual(CONTENT)
    expect(problemOf(SNAPSHOT, 'fvg', { ...SETTINGS, weights: { a: 1, b: [3, 2] } })).toBe(
      'made with weights {"a":1,"b":[2,3]}, expected {"a":1,"b":[3,2]} as here',
    )
    expect(problemOf(SNAPSHOT, 'fvg', { ...SETTINGS, historyStart: 0 })).toBe(
      'made with historyStart null, expected 0 as here',
    )
    expect(problemOf(SNAPSHOT, 'hourly_blocks')).toBe('the state of fvg, expected that of hourly_blocks')
  })
})
