import { describe, expect, it } from 'vitest'

import { fromJson, load, save, toJson } from './state.ts'

class Inner {
  readonly #made: string
  count = 0

  constructor(made: string) {
    this.#made = made
  }

  get made(): string {
    return this.#made
  }
}

class Part {
  readonly #made = 'private'
  price: number = Number.NaN
  text = 'a'
  flag = false
  row: { readonly level: number } | null = null
  list: { value: number; readonly tags: readonly string[] }[] = []
  readonly inner: Inner = new Inner('inner')

  get made(): string {
    return this.#made
  }
}

function filled(): Part {
  const part = new Part()
  part.price = 7
  part.text = 'b'
  part.flag = true
  part.row = { level: 3 }
  part.list = [
    { value: 1, tags: ['x'] },
    { value: 2, tags: [] },
  ]
  part.inner.count = 5
  return part
}

const FILLED = {
  price: 7,
  text: 'b',
  flag: true,
  row: { level: 3 },
  list: [
    { value: 1, tags: ['x'] },
    { value: 2, tags: [] },
  ],
  inner: { count: 5 },
}

describe('what parts remember', () => {
  it('is their public fields, and those of the parts in them', () => {
    expect(save({ one: filled(), two: new Inner('two') })).toEqual({ one: FILLED, two: { count: 0 } })
    expect(save(new Part())).toEqual({
      price: Number.NaN,
      text: 'a',
      flag: false,
      row: null,
      list: [],
      inner: { count: 0 },
    })
  })

  it('is copied: nothing is shared with it', () => {
    const part = filled()
    const saved = save({ part })
    part.list[0] = { value: -1, tags: [] }
    if (part.list[1]) part.list[1].value = -1
    part.inner.count = -1
    expect(saved).toEqual({ part: FILLED })
  })

  it('can be put back; parts stay the same objects and keep what they were made from', () => {
    const part = new Part()
    const { inner } = part
    load({ part }, { part: FILLED })
    expect(save({ part })).toEqual({ part: FILLED })
    expect(part.inner).toBe(inner)
    expect([part.made, inner.made]).toEqual(['private', 'inner'])
  })

  it('is replaced when it is put back, not added to', () => {
    const part = filled()
    load({ part }, save({ part: new Part() }))
    expect(part).toMatchObject({ price: Number.NaN, row: null, list: [], flag: false })
    expect(part.inner.count).toBe(0)
  })

  it('shares nothing with the saved state after it was put back', () => {
    const saved = save({ part: filled() })
    const part = new Part()
    load({ part }, saved)
    part.list[0] = { value: -1, tags: [] }
    if (part.list[1]) part.list[1].value = -1
    if (part.row) Object.assign(part.row, { level: -1 })
    expect(saved).toEqual({ part: FILLED })
  })

  it('of a plain object that is a part is put back field by field', () => {
    const progress = { until: 1, done: [{ value: 1 }] }
    const { done } = progress
    load({ progress }, { progress: { until: 2, done: [] } })
    expect(progress).toEqual({ until: 2, done: [] })
    expect(progress.done).not.toBe(done)
  })
})

describe('JSON', () => {
  const state = {
    a: [Number.NaN, 1, { b: Number.NEGATIVE_INFINITY }],
    c: Number.POSITIVE_INFINITY,
    d: null,
    e: 'NY',
    f: true,
  }

  it('has no NaN and no infinity: they are written as text, and read back', () => {
    const json = toJson(state)
    expect(json).toEqual({ a: ['NaN', 1, { b: '-Infinity' }], c: 'Infinity', d: null, e: 'NY', f: true })
    expect(fromJson(JSON.parse(JSON.stringify(json)) as typeof json)).toEqual(state)
  })

  it('keeps everything else as it is', () => {
    const plain = { a: [0, -1.5, 'x', null, false, []], b: {} }
    expect(toJson(plain)).toEqual(plain)
    expect(fromJson(plain)).toEqual(plain)
  })
})
