import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { ROOT } from '../package-map.ts'

const FOLDER = join(ROOT, 'tests', 'edge-cases')
/** How many lines each list has. */
const LISTS = { A: 7, B: 5, C: 5, D: 5, E: 5, F: 1 } as const
const RECOVERY = ['3.4 A', '3.4 B', '3.4 C', '3.4 D']

const lines = [
  ...Object.entries(LISTS).flatMap(([list, count]) => Array.from({ length: count }, (_, n) => `${list}${n + 1}`)),
  ...RECOVERY,
].toSorted()

/** The scenarios that are tested: `A1: an answer …`. */
function tested(): readonly string[] {
  return readdirSync(FOLDER)
    .filter((file) => /^scenarios-.*\.test\.ts$/.test(file))
    .flatMap((file) => {
      const source = readFileSync(join(FOLDER, file), 'utf8')
      return Array.from(source.matchAll(/'((?:[A-F]\d|3\.4 [A-D]): [^'\n]+)'/g), ([, title]) => title ?? '')
    })
    .toSorted()
}

/** The rows of the tables, written as the tests are. */
function documented(): readonly string[] {
  const text = readFileSync(join(ROOT, 'docs', 'operations', 'scenarios.md'), 'utf8')
  return Array.from(
    text.matchAll(/^\| (\S+(?: [A-D])?) +\| (.+?) +\| (.+?) +\|$/gm),
    ([, line, title]) => `${line}: ${title}`,
  )
    .filter((row) => /^(?:[A-F]\d|3\.4 [A-D]): /.test(row))
    .toSorted()
}

describe('the scenarios', () => {
  it('have one test for each line of the lists', () => {
    expect(tested().map((title) => title.split(':')[0])).toEqual(lines)
  })

  it('are those of the documentation, by the same names', () => {
    expect(documented()).toEqual(tested())
  })
})
