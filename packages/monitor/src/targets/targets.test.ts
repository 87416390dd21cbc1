import { expect, test } from 'vitest'

import { targetOf, TARGETS, targetsOf } from './targets.ts'

test('ids are different, and find their target', () => {
  expect(new Set(TARGETS.map(({ id }) => id)).size).toBe(TARGETS.length)
  for (const target of TARGETS) expect(targetOf(target.id)).toEqual(target)
})

test('a critical threshold is no better than the target', () => {
  const worse = TARGETS.filter(({ comparator, target, critical = target }) =>
    comparator.startsWith('<') ? critical < target : critical > target,
  )
  expect(worse).toEqual([])
})

test('what no report measures says how it is measured', () => {
  const unreported = TARGETS.filter(({ reports }) => reports.length === 0)
  expect(unreported.length).toBeGreaterThan(0)
  expect(unreported).toEqual(TARGETS.filter(({ measuredBy }) => measuredBy !== undefined))
  expect(targetsOf('benchmark').map(({ id }) => id)).toContain('test-coverage')
})

test('a report has the targets of its kind only', () => {
  const [benchmark, day] = [targetsOf('benchmark'), targetsOf('day')].map((targets) => targets.map(({ id }) => id))
  expect(benchmark).toContain('slowdown')
  expect(benchmark).not.toContain('uptime')
  expect(day).toContain('uptime')
  expect(day).not.toContain('slowdown')
})
