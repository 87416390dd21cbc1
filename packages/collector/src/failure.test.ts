import { FetchError } from '@openpredict/fetcher'
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

  it('takes from an error of the source how long that asks to wait', () => {
    const refused = new FetchError({ kind: 'http', status: 503, retryAfterMs: 90_000 })
    expect(describeFailure(refused)).toMatchObject({ code: 'http', retryAfterMs: 90_000 })
    expect(describeFailure(new FetchError({ kind: 'rate-limited' }))).not.toHaveProperty('retryAfterMs')
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
