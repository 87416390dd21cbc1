import { readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { ROOT, workspacePackages } from '../package-map.ts'

interface Documented {
  readonly name: string
  readonly version: string
  readonly users: readonly string[]
  readonly why: string
  readonly collecting: string
  readonly licence: string
  readonly lastRelease: number
  readonly advisories: string
}

const PAGE = readFileSync(join(ROOT, 'docs', 'dependencies.md'), 'utf8')
const WRITTEN = Date.parse(/^Written on (\d{4}-\d\d-\d\d) /m.exec(PAGE)?.[1] ?? '')
const MONTH = 30.5 * 86_400_000

/** The rows of the page's table. */
const documented: readonly Documented[] = [...PAGE.matchAll(/^\| `([^`]+)` (\S+) *\|(.*)\|$/gm)].map(
  ([, name = '', version = '', rest = '']) => {
    const [users = '', why = '', collecting = '', licence = '', lastRelease = '', , , advisories = ''] = rest
      .split('|')
      .map((cell) => cell.trim())
    return {
      name,
      version,
      users: users.split(', ').map((user) => user.replace(' (peer)', '')),
      why,
      collecting,
      licence,
      lastRelease: Date.parse(lastRelease),
      advisories,
    }
  },
)

/** What the manifests say: package by package, who uses it and the folder in which that one finds it. */
const declared = new Map<string, { readonly users: string[]; readonly folder: string }>()
for (const { name, folder, dependencies } of workspacePackages()) {
  for (const dependency of dependencies.filter((other) => !other.startsWith('@openpredict/'))) {
    const known = declared.get(dependency) ?? {
      users: [],
      folder: realpathSync(join(ROOT, folder, 'node_modules', dependency)),
    }
    known.users.push(name.replace('@openpredict/', ''))
    declared.set(dependency, known)
  }
}

describe('docs/dependencies.md', () => {
  it('names exactly what the manifests do', () => {
    expect(documented.map(({ name }) => name)).toEqual([...declared.keys()].toSorted((a, b) => a.localeCompare(b)))
  })

  it('has nothing on the collecting path without a release within half a year', () => {
    const collecting = documented.filter((row) => row.collecting === 'yes')
    expect(collecting.length).toBeGreaterThan(0)
    expect(collecting.filter(({ lastRelease }) => !(WRITTEN - lastRelease < 6 * MONTH))).toEqual([])
  })
})

describe.each(documented)('$name', ({ name, version, users, why, licence, lastRelease, advisories }) => {
  it('is described as it is installed', () => {
    const folder = declared.get(name)?.folder ?? ''
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, unknown>
    expect({ version, licence, users }).toEqual({
      version: manifest['version'],
      licence: manifest['license'],
      users: declared.get(name)?.users,
    })
    expect(why).not.toBe('')
    expect(advisories).not.toBe('')
    expect(lastRelease).toBeLessThanOrEqual(WRITTEN)
  })

  it('may be used by anybody', () => {
    expect(['MIT', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause']).toContain(licence)
  })
})
