import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { ROOT, workspacePackages } from '../package-map.ts'

interface Manifest {
  readonly version: string
  readonly license: string
  readonly type: string
  readonly sideEffects?: boolean
  readonly files: readonly string[]
  readonly engines: Readonly<Record<string, string>>
  readonly publishConfig?: Readonly<Record<string, unknown>>
  readonly repository: { readonly directory: string }
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>
  readonly bin?: Readonly<Record<string, string>>
}

const read = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as Manifest

const VERSION = read(join('apps', 'cli')).version

describe.each(workspacePackages())('the manifest of $name', ({ folder }) => {
  const manifest = read(folder)

  it('is ready to be published with provenance', () => {
    expect(manifest.publishConfig).toEqual({ access: 'public', provenance: true })
    expect(manifest.repository.directory).toBe(folder)
    expect(manifest.license).toBe('MIT')
    expect(existsSync(join(ROOT, folder, 'README.md'))).toBe(true)
  })

  it('says what runs it, and goes with the others', () => {
    expect({ type: manifest.type, engines: manifest.engines, version: manifest.version }).toEqual({
      type: 'module',
      engines: { node: '>=22.18' },
      version: VERSION,
    })
    expect(manifest.files).toContain('dist')
  })

  it('can be shaken by a bundler, unless it is a program', () => {
    expect(manifest.sideEffects).toBe(manifest.bin === undefined ? false : undefined)
  })

  it('has a source, types and a module for each entry, types before the module', () => {
    const entries = Object.values(manifest.exports).filter((entry) => typeof entry !== 'string')
    for (const entry of entries) expect(Object.keys(entry)).toEqual(['@openpredict/source', 'types', 'default'])
    for (const entry of entries) expect(existsSync(join(ROOT, folder, entry['@openpredict/source'] ?? ''))).toBe(true)
    expect(entries.length > 0).toBe(manifest.bin === undefined)
  })
})
