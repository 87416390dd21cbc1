import { expect, test } from 'vitest'

import { benchmarkRun } from '../../test/benchmark-run.ts'
import { ReportError } from './checks.ts'
import { judgeBenchmark } from './judge-benchmark.ts'
import { parseBenchmark } from './parse-benchmark.ts'
import { summariseBenchmark } from './summarise-benchmark.ts'

const report = summariseBenchmark({ ...benchmarkRun(), undelivered: 0 })
const saved = (): Record<string, unknown> => JSON.parse(JSON.stringify(report)) as Record<string, unknown>

test('takes what was saved, further members too, and judges it as before', () => {
  const read = parseBenchmark({ ...saved(), targets: [], note: 'kept' })
  expect(read).toMatchObject(report)
  expect(judgeBenchmark(read)).toEqual(judgeBenchmark(report))
})

/** A saved report in which the member at a path is another. */
function altered(path: string, value: unknown): unknown {
  const whole = saved()
  const names = path.split('.')
  const last = names.pop() ?? ''
  let at = whole
  for (const name of names) at = at[name] as Record<string, unknown>
  if (value === undefined) delete at[last]
  else at[last] = value
  return whole
}

test.each([
  ['format', 2, 'format: expected 1, found 2'],
  ['kind', 'day', 'kind: expected "benchmark", found "day"'],
  ['end', 'soon', 'end: expected "complete" or "aborted" or "rate-limited", found "soon"'],
  ['startedAt', 5, 'startedAt: expected a text, found 5'],
  ['cycles', undefined, 'cycles: expected an object, found nothing'],
  ['cycles.measured', 0, 'cycles.measured: expected a number of 1 or more, found 0'],
  ['cycles.failed', -1, 'cycles.failed: expected a number of 0 or more, found -1'],
  ['conditions.latency', 'fast', 'conditions.latency: expected a number of 0 or more, found "fast"'],
  ['conditions.symbols', [], 'conditions.symbols: expected a list of 1 or more, found a list of 0'],
  ['conditions.simulatorInside', 'yes', 'conditions.simulatorInside: expected true or false, found "yes"'],
  ['times.total.p95', null, 'times.total.p95: expected a number of 0 or more, found null'],
  ['times.own', undefined, 'times.own: expected an object, found nothing'],
  ['memory.live', [{ round: 1 }], 'memory.live[0].bytes: expected a number of 0 or more, found nothing'],
  ['slowdown.early', [1], 'slowdown.early: expected a list of 2, found a list of 1'],
  ['disk', 7, 'disk: expected an object, found 7'],
])('refuses %s that is %j', (path, value, message) => {
  expect(() => parseBenchmark(altered(path, value))).toThrow(ReportError)
  expect(() => parseBenchmark(altered(path, value))).toThrow(message)
})

test('refuses what is no object', () => {
  for (const value of [undefined, null, [], 'benchmark']) {
    expect(() => parseBenchmark(value)).toThrow('the report: expected an object')
  }
})

test('takes a report without what need not be there', () => {
  for (const name of ['slowdown', 'endurance', 'disk', 'undelivered']) {
    expect(parseBenchmark(altered(name, undefined))).not.toHaveProperty(name)
  }
})
