import { describe, expect, it } from 'vitest'

import { Children } from './children.ts'

const FOREVER = ['-e', 'setInterval(() => {}, 1 << 30)']
const options = { stdio: 'ignore' } as const

describe('children', () => {
  it('say why they could not be started', async () => {
    const child = new Children().start('/nowhere/program', [], 'SIGTERM', options)
    expect(await child.ended).toBeUndefined()
    expect(child.ending).toMatch(/ENOENT/)
    await child.end()
  })

  it('say how they ended: by themselves, or by a signal', async () => {
    const children = new Children()
    const itself = children.start(process.execPath, ['-e', 'process.exit(3)'], 'SIGTERM', options)
    expect(await itself.ended).toBe(3)
    expect(itself.ending).toBe('exit code 3')
    const killed = children.start(process.execPath, FOREVER, 'SIGKILL', options)
    expect(killed.ending).toBeUndefined()
    await killed.end()
    expect(killed.ending).toBe('ended by SIGKILL')
  })

  it('are all ended, and no more of them started', async () => {
    const children = new Children()
    const all = [1, 2].map(() => children.start(process.execPath, FOREVER, 'SIGKILL', options))
    const none = children.start('/nowhere/program', [], 'SIGTERM', options)
    await children.end()
    expect(all.map(({ ending }) => ending)).toEqual(['ended by SIGKILL', 'ended by SIGKILL'])
    expect(none.ending).toMatch(/ENOENT/)
    expect(() => children.start(process.execPath, FOREVER, 'SIGKILL', options)).toThrow(/stopped/)
  })
})
