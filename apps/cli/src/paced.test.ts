import { describe, expect, it } from 'vitest'

import { paced } from './paced.ts'

describe('paced pieces', () => {
  it('are the pieces, in order', async () => {
    const pieces: string[] = []
    for await (const piece of paced(['a', 'b', 'c'], new AbortController().signal)) pieces.push(piece)
    expect(pieces).toEqual(['a', 'b', 'c'])
  })

  it('end with the reason of a signal that comes while they are written, however fast they come', async () => {
    const abort = new AbortController()
    const written: number[] = []
    function* endless(): Iterable<string> {
      for (let i = 0; ; i++) yield String(i)
    }
    setImmediate(() => abort.abort(new Error('stopped')))
    const write = async (): Promise<void> => {
      for await (const piece of paced(endless(), abort.signal)) written.push(Number(piece))
    }
    await expect(write()).rejects.toThrow('stopped')
    expect(written[0]).toBe(0)
  })
})
