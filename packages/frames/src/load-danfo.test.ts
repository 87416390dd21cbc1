import { describe, expect, it } from 'vitest'

import { loadDanfo } from './load-danfo.ts'

describe('danfojs-node', () => {
  it('is asked for, with how to install it, where it is not there', async () => {
    // A name that no package has: what Node says of it is what it says where danfojs-node is missing.
    const absent = 'danfojs-node-that-is-not-installed'
    await expect(loadDanfo(async () => (await import(absent)) as unknown)).rejects.toMatchObject({
      name: 'FramesError',
      message: 'danfojs-node is not installed, and data frames are made with it: run npm install danfojs-node',
      failure: { kind: 'no-danfojs' },
      cause: { code: 'ERR_MODULE_NOT_FOUND' },
    })
  })

  it('is said to be broken where something that it needs does not load', async () => {
    const broken = async (): Promise<never> => {
      throw new Error('tfjs_binding.node: cannot open shared object file\nRequire stack: …')
    }
    await expect(loadDanfo(broken)).rejects.toMatchObject({
      message:
        'danfojs-node is installed but does not load (tfjs_binding.node: cannot open shared object file): ' +
        'install it again with npm install danfojs-node',
      failure: { kind: 'no-danfojs' },
    })
  })
})
