import { STEPS } from '@openpredict/collector'
import { CYCLE_STEPS } from '@openpredict/monitor'
import { expect, it } from 'vitest'

it('a monitor knows the steps that a collector records, though neither imports the other', () => {
  expect(CYCLE_STEPS).toEqual(STEPS)
})
