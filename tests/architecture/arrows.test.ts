import { readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { ROOT, sourceFiles, workspacePackages } from '../package-map.ts'

/** Who may import whom: the arrows of docs/architecture.md. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  market: [],
  calculators: ['market'],
  fetcher: ['market'],
  store: ['market'],
  simulator: ['market'],
  frames: ['market'],
  collector: ['market', 'calculators', 'fetcher', 'store'],
  monitor: ['market', 'calculators', 'store'],
  cli: ['market', 'calculators', 'fetcher', 'store', 'simulator', 'collector', 'monitor'],
}

/** Packages that do no input or output at all: not even Node's own modules. */
const PURE = ['market', 'calculators']

const IMPORT =
  /^(?:import|export)\s+(?:type\s+)?[\w*{}\s,$]+\s+from\s+'([^']+)'|\bimport\('([^']+)'\)|^import\s+'([^']+)'/gm
const SCOPE = '@openpredict/'

function importsOf(file: string): readonly string[] {
  const source = withoutComments(readFileSync(join(ROOT, file), 'utf8'))
  return [...source.matchAll(IMPORT)].map(([, named, dynamic, bare]) => named ?? dynamic ?? bare ?? '')
}

function shipped(folder: string): readonly string[] {
  return sourceFiles(join(folder, 'src')).filter((file) => !/\.(test|bench|test-d)\.ts$/.test(file))
}

describe.each(workspacePackages())('$name', ({ name, folder, dependencies }) => {
  const short = name.replace(SCOPE, '')

  it('stands on the map', () => {
    expect(Object.keys(ALLOWED)).toContain(short)
  })

  it('declares and imports only the packages below it', () => {
    const allowed = ALLOWED[short]?.map((other) => SCOPE + other) ?? []
    const imported = shipped(folder)
      .flatMap(importsOf)
      .filter((specifier) => specifier.startsWith(SCOPE))
    const used = new Set(imported.map((specifier) => specifier.split('/').slice(0, 2).join('/')))
    used.delete(name)
    expect(allowed).toEqual(expect.arrayContaining([...used]))
    expect(allowed).toEqual(expect.arrayContaining(dependencies.filter((other) => other.startsWith(SCOPE))))
    expect(dependencies).toEqual(expect.arrayContaining([...used]))
  })

  it('imports nothing that it does not declare', () => {
    const external = shipped(folder)
      .flatMap(importsOf)
      .filter((specifier) => !specifier.startsWith('.') && !specifier.startsWith('node:'))
      .map((specifier) =>
        specifier
          .split('/')
          .slice(0, specifier.startsWith('@') ? 2 : 1)
          .join('/'),
      )
    expect([...dependencies, name]).toEqual(expect.arrayContaining([...new Set(external)]))
  })

  it('never reaches into another package by path', () => {
    const outside = shipped(folder).filter((file) =>
      importsOf(file).some((specifier) => specifier.startsWith('.') && !isInside(folder, join(file, '..', specifier))),
    )
    expect(outside).toEqual([])
  })
})

describe.each(workspacePackages().filter(({ folder }) => folder.startsWith('packages')))('$name', ({ folder }) => {
  it('leaves the environment, the terminal and the process to the command line', () => {
    const offenders = shipped(folder).filter((file) =>
      /\bprocess\.(env|exit|stdout|stderr|on)\b|\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(/.test(
        withoutComments(readFileSync(join(ROOT, file), 'utf8')),
      ),
    )
    expect(offenders).toEqual([])
  })
})

describe.each(PURE)('@openpredict/%s', (name) => {
  it('does no input or output', () => {
    const used = shipped(join('packages', name)).flatMap(importsOf)
    expect(used.length).toBeGreaterThan(0)
    expect(used.filter((specifier) => specifier.startsWith('node:') || builtinModules.includes(specifier))).toEqual([])
  })
})

/** Its own sources, or its own manifest (for the version). */
function isInside(folder: string, path: string): boolean {
  return path.startsWith(join(folder, 'src')) || path === join(folder, 'package.json')
}

function withoutComments(source: string): string {
  return source.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
}
