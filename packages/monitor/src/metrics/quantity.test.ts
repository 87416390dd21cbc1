import { describe, expect, it } from 'vitest'

import { formatQuantity, quantityOf } from './quantity.ts'

describe('quantities', () => {
  it.each([
    [1.5, 's', 1.5, 'seconds'],
    [250, 'ms', 0.25, 'seconds'],
    [10, 'minutes', 600, 'seconds'],
    [2, 'h', 7_200, 'seconds'],
    [1, 'GiB', 1_073_741_824, 'bytes'],
    [20, '%', 0.2, 'share'],
  ] as const)('%d %s', (amount, name, value, unit) => {
    expect(quantityOf(amount, name)).toEqual({ value, unit })
  })

  it('know no unit of another case: a megabyte is not a millibyte', () => {
    expect(quantityOf(1, 'mb')).toBeUndefined()
    expect(quantityOf(1, 'S')).toBeUndefined()
  })

  it.each([
    [0.5, 'share', '50%'],
    [0, 'seconds', '0 s'],
    [119, 'seconds', '119 s'],
    [300, 'seconds', '5 min'],
    [2_000, 'bytes', '2 KB'],
    [3e9, 'bytes', '3 GB'],
    [17, 'count', '17'],
    ['running', 'text', 'running'],
  ] as const)('%s of %s reads %s', (value, unit, text) => {
    expect(formatQuantity(value, unit)).toBe(text)
  })
})
