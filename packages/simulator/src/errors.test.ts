import { expect, it } from 'vitest'

import { SimulatorError } from './errors.ts'

it('carries a name, a message, a typed failure and the cause', () => {
  const cause = new Error('in use')
  const error = new SimulatorError('cannot listen', { kind: 'listen', port: 80 }, { cause })
  expect(error).toBeInstanceOf(Error)
  expect(error).toMatchObject({ name: 'SimulatorError', failure: { kind: 'listen', port: 80 }, cause })
})
