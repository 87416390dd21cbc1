import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { ROOT, sourceFiles, workspacePackages } from '../package-map.ts'
import { type Example, examplesOf, scriptOf, type Sketch, sketchesOf } from './examples.ts'
import { pages } from './pages.ts'

type Scope = Record<string, unknown>

const LIBRARIES = workspacePackages().filter(({ folder }) => folder.startsWith('packages'))

/** Loads a workspace package by name from its source, anything else as Node does. */
async function load(specifier: string): Promise<Scope> {
  const library = LIBRARIES.find(({ name }) => specifier === name || specifier.startsWith(`${name}/`))
  if (library === undefined) return (await import(specifier)) as Scope
  const manifest = (await import(join(ROOT, library.folder, 'package.json'), { with: { type: 'json' } })) as {
    default: { exports: Record<string, { '@openpredict/source': string }> }
  }
  const entry = manifest.default.exports[`.${specifier.slice(library.name.length)}`]
  if (entry === undefined) throw new Error(`${specifier} is not exported by ${library.name}`)
  return (await import(join(ROOT, library.folder, entry['@openpredict/source']))) as Scope
}

async function run(code: string, scope: Scope): Promise<void> {
  const names = Object.keys(scope)
  // oxlint-disable-next-line typescript/no-implied-eval, no-new-func -- the point of this file: documentation is run
  const example = new Function('load', 'expectEqual', ...names, scriptOf(code)) as (
    ...values: unknown[]
  ) => Promise<void>
  await example(load, (found: unknown, wanted: unknown) => expect(found).toEqual(wanted), ...Object.values(scope))
}

describe.each(LIBRARIES)('$name', ({ name, folder: home }) => {
  const files = sourceFiles(join(home, 'src')).filter((file) => !file.endsWith('.test.ts'))
  const examples = files.flatMap(examplesOf)

  it('has examples in its docstrings', () => {
    expect(examples.length).toBeGreaterThan(0)
  })

  it.each(examples)('$file:$line does what it says', async ({ code }: Example) => {
    await run(code, { ...(await load('@openpredict/market')), ...(await load(name)) })
  })
})

describe('the pages', () => {
  it.each(pages().flatMap(examplesOf))('$file:$line does what it says', async ({ code }: Example) => {
    await run(code, {})
  })

  it.each(pages().flatMap(sketchesOf))('$file:$line is JavaScript with imports that exist', async (sketch: Sketch) => {
    // oxlint-disable-next-line typescript/no-implied-eval, no-new-func -- read, and not run
    expect(() => new Function(`return async () => {\n${sketch.body}\n}`)).not.toThrow()
    expect(sketch.imports).not.toEqual([])
    for (const { specifier, names } of sketch.imports) {
      expect(Object.keys(await load(specifier))).toEqual(expect.arrayContaining([...names]))
    }
  })
})
