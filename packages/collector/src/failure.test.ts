import { describe, expect, it } from 'vitest'

import { describeFailure } from './failure.ts'

describe('describeFailure', () => {
  it('takes category, code and hint from errors that bring them', () => {
    const error = Object.assign(new Error('the disk is full'), {
      category: 'database',
      code: 'disk-full',
      hint: 'Make room.',
    })
    expect(describeFailure(error)).toEqual({
      category: 'database',
      code: 'disk-full',
      message: 'the disk is full',
      hint: 'Make room.',
    })
  })

  it('does not take the code of a system error for one of ours', () => {
    const error = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
    expect(describeFailure(error)).toMatchObject({ category: 'system', code: 'unexpected' })
  })

  it('names a calculator that failed', () => {
    expect(describeFailure(new RangeError('out of range'), 'calculation')).toMatchObject({
      category: 'calculation',
      code: 'calculator-failed',
      message: 'out of range',
    })
  })

  it('describes even what is not an error', () => {
    expect(describeFailure('boom')).toMatchObject({ category: 'system', message: 'boom' })
  })
})
