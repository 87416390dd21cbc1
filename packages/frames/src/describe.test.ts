import { expect, describe as group, it } from 'vitest'

import { describe } from './describe.ts'

group('the summary of a column', () => {
  it('counts what is missing apart, and leaves out text and instants', () => {
    const table = {
      columns: {
        seen: { kind: 'instant' },
        note: { kind: 'text' },
        score: { kind: 'number', nullable: true },
      },
    } as const
    const rows = [1, null, 4, 2].map((score) => ({ seen: 5, note: 'x', score }))
    const [summary, ...others] = describe(rows, { table })
    expect(others).toEqual([])
    expect(summary).toMatchObject({
      column: 'score',
      count: 3,
      missing: 1,
      min: 1,
      q25: 1.5,
      median: 2,
      q75: 3,
      max: 4,
    })
    expect(summary?.mean).toBeCloseTo(7 / 3)
    expect(summary?.std).toBeCloseTo(Math.sqrt(7 / 3))
  })

  it('says nothing of the spread of one number, and nothing at all of none', () => {
    expect(describe([{ score: 3 }])).toMatchObject([{ count: 1, mean: 3, std: Number.NaN, median: 3 }])
    expect(describe([]).find(({ column }) => column === 'close')).toMatchObject({
      count: 0,
      mean: Number.NaN,
      max: Number.NaN,
    })
  })
})
