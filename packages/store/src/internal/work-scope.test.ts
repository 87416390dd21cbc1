import { expect, it } from 'vitest'

import { WorkScope } from './work-scope.ts'

it('refuses what work calls, however deep', async () => {
  const scope = new WorkScope()
  await scope.run(async () => {
    expect(() => scope.refuse('close')).toThrow(/^close of the store was called inside a transaction$/)
    await Promise.resolve()
    expect(() => scope.refuse('close')).toThrow(expect.objectContaining({ code: 'misuse' }))
  })
})

it('does not refuse what work has left behind when it has ended', async () => {
  const scope = new WorkScope()
  const { promise: over, resolve: end } = Promise.withResolvers<void>()
  let later: Promise<void> = Promise.resolve()
  await scope.run(() => {
    later = over.then(() => scope.refuse('close'))
  })
  end()
  await expect(later).resolves.toBeUndefined()
})

it('does not refuse others meanwhile, nor another scope', async () => {
  const [scope, other] = [new WorkScope(), new WorkScope()]
  const { promise: over, resolve: end } = Promise.withResolvers<void>()
  const work = scope.run(async () => {
    expect(() => other.refuse('close')).not.toThrow()
    await over
  })
  expect(() => scope.refuse('close')).not.toThrow()
  end()
  await work
})
