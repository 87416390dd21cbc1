import { judge, targetsOf } from '@openpredict/monitor'
import { Chalk } from 'chalk'
import { expect, it } from 'vitest'

import { formatFigure, targetLines } from './target-lines.ts'

/** Every third is not measured, the others are just missed. */
const judgements = targetsOf('day').map((target, i) => judge(target, i % 3 === 0 ? undefined : target.target * 1.001))
const colour = new Chalk({ level: 0 })

/** The lines of targets, without the advice below them. */
function linesAt(columns: number | undefined): readonly string[] {
  const stdout = Object.assign(Object.create(process.stdout) as NodeJS.WriteStream, { columns })
  return targetLines(judgements, { colour, stdout }).filter((line) => !line.startsWith('      →'))
}

it('fits lines to a terminal of 80 columns, and says all where nobody counts columns', () => {
  const narrow = linesAt(80)
  expect(narrow).toHaveLength(judgements.length)
  expect(Math.max(...narrow.map((line) => line.length))).toBeLessThanOrEqual(80)
  expect(narrow.join('\n')).not.toContain('critical')
  expect(linesAt(undefined).join('\n')).toMatch(/Uptime +\S+ (?:% )? ?> 99 %, critical < 95 % +B/)
  expect(linesAt(200)).toEqual(linesAt(undefined))
})

it('tells lengths of time apart from below a millisecond to hours', () => {
  expect([0.04, 47, 1_234, 60_000, 7_200_000].map((ms) => formatFigure(ms, 'ms'))).toEqual([
    '0.04 ms',
    '47 ms',
    '1.23 s',
    '60 s',
    '2 h 00 min',
  ])
})
