import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

import { afterAll, expect, test } from 'vitest'

import { benchmarkIn, dayIn, readBenchmark, readReport, unknownKind } from './read-report.ts'

const folder = mkdtempSync(join(tmpdir(), 'openpredict-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

test('reads a report, packed or not', async () => {
  const text = '{"kind":"benchmark"}'
  expect(await readReport(file('a.json', text))).toEqual({ kind: 'benchmark' })
  expect(await readReport(file('a.json.gz', gzipSync(text)))).toEqual({ kind: 'benchmark' })
})

test.each([
  ['half.json', '{"kind":', 'holds no JSON'],
  ['empty.json', '', 'holds no JSON'],
  ['plain.json.gz', '{"kind":"benchmark"}', 'holds no JSON'],
  ['list.json', '[]', 'holds no report, expected an object with "kind"'],
  ['null.json', 'null', 'holds no report, expected an object with "kind"'],
])('refuses %s', async (name, content, message) => {
  const path = file(name, content)
  await expect(readReport(path)).rejects.toMatchObject({ name: 'UsageError', message: `${path}: ${message}.` })
})

test('refuses a folder', async () => {
  const message = `${folder} is a folder, expected a file.`
  await expect(readReport(folder)).rejects.toMatchObject({ name: 'UsageError', message })
})

test('names what is wrong with a report', async () => {
  const path = file('later.json', '{"kind":"benchmark","format":2}')
  const message = `${path}: format: expected 1, found 2.`
  await expect(readBenchmark(path)).rejects.toMatchObject({ name: 'UsageError', message })
  expect(() => benchmarkIn({ kind: 'benchmark', format: 1 }, 'a.json')).toThrow('a.json: startedAt: expected a text')
  expect(() => dayIn({ kind: 'day', format: 1 }, 'a.json')).toThrow('a.json: madeAt: expected a text, found nothing.')
})

test('says which kinds there are', () => {
  expect(unknownKind('week', 'a.json').message).toBe(
    'a.json: is a report of kind "week", expected "benchmark" or "day".',
  )
  expect(unknownKind(undefined, 'a.json').message).toContain('is a report without a kind')
})
