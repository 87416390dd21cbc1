import { describe, expect, it } from 'vitest'

import { refusalOf } from '../../testing/refusals.ts'
import { numbersByName, requireFlag, requireNumber, requireOption, requireSome } from './checked-options.ts'

describe('an option', () => {
  it('is refused with its name, what was found and what is expected', () => {
    requireOption(true, 'size', 3, 'a size')
    const error = refusalOf(() => requireOption(false, 'size', '3', 'a size'))
    expect(error.name).toBe('CalculatorError')
    expect(error.message).toBe('option size: found "3", expected a size')
    expect(error.failure).toEqual({ kind: 'option', option: 'size', found: '3' })
    expect(() => requireOption(false, 'size', 3, 'a size')).toThrow('option size: found 3, expected a size')
  })

  it.each([2, 2.5, 1e9])('that is a number from 2 up may be %d', (found) => {
    expect(() => requireNumber('size', found, 2, 'points')).not.toThrow()
  })

  it.each<[unknown, string]>([
    [1.999, '1.999'],
    [-2, '-2'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    ['3', '"3"'],
    [[3], '3'],
    [null, 'null'],
    [true, 'true'],
    [{ valueOf: () => 3 }, '[object Object]'],
  ])('that is a number from 2 up may not be %o', (found, shown) => {
    expect(() => requireNumber('size', found as number, 2, 'points')).toThrow(
      `option size: found ${shown}, expected points, 2 or more`,
    )
  })

  it('that is a flag is true or false', () => {
    requireFlag('on', true)
    requireFlag('on', false)
    for (const found of [undefined, 0, 'true', null]) {
      expect(() => requireFlag('on', found as unknown as boolean)).toThrow('expected true or false')
    }
  })

  it('that is some of a list has some of them, each once', () => {
    const known = ['a', 'b', 'c']
    for (const found of [['a'], ['c', 'a'], known]) requireSome('list', found, known)
    for (const found of [[], ['a', 'a'], ['a', 'd'], 'a', { length: 1 }, undefined, null]) {
      expect(() => requireSome('list', found as string[], known)).toThrow('expected some of a, b, c, each once')
    }
  })
})

describe('numbers by name', () => {
  const USUAL = { a: 1, b: 2 }

  it('are the usual ones where nothing else is said', () => {
    expect(numbersByName('weights', USUAL)).toEqual(USUAL)
    expect(numbersByName('weights', USUAL, {})).toEqual(USUAL)
    expect(numbersByName('weights', USUAL, { b: 0 })).toEqual({ a: 1, b: 0 })
    expect(numbersByName('weights', USUAL, { a: undefined, b: 5 } as { b: number })).toEqual({ a: 1, b: 5 })
  })

  it('leave the usual ones as they are', () => {
    numbersByName('weights', USUAL, { a: 9 })
    expect(USUAL).toEqual({ a: 1, b: 2 })
  })

  it('are refused for what is not known, or is no number from 0 up', () => {
    expect(() => numbersByName('weights', USUAL, { toString: 1 } as unknown as { a: number })).toThrow(
      'option weights: found "toString", expected some of a, b',
    )
    expect(() => numbersByName('weights', USUAL, { b: -1 })).toThrow(
      'option weights.b: found -1, expected a number, 0 or more',
    )
    expect(() => numbersByName('weights', USUAL, { a: null } as unknown as { a: number })).toThrow(
      'option weights.a: found null',
    )
  })
})
