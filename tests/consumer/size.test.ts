import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

import { build, type BuildOptions } from 'esbuild'
import { expect, it } from 'vitest'

import calculatorsBuild from '../../packages/calculators/tsup.config.ts'
import { ROOT, workspacePackages } from '../package-map.ts'

const BUDGET = 20_000
const CALCULATORS = join(ROOT, 'packages', 'calculators')

/** The bytes that a module and what it imports cost on their way to a browser: bundled, gzipped. */
async function gzipped(options: BuildOptions): Promise<number> {
  const { outputFiles } = await build({
    entryPoints: [join(CALCULATORS, 'src', 'index.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    target: 'node22',
    conditions: ['@openpredict/source'],
    ...options,
  })
  return gzipSync(outputFiles?.[0]?.contents ?? '', { level: 9 }).length
}

it('has calculators that need nothing but market', () => {
  const dependencies = workspacePackages().find(({ name }) => name === '@openpredict/calculators')?.dependencies
  expect(dependencies).toEqual(['@openpredict/market'])
})

it('ships calculators in at most 20 kB', async () => {
  const { minifyWhitespace = false, minifySyntax = false, minifyIdentifiers = false } = calculatorsBuild
  const external = ['@openpredict/market']
  const shipped = await gzipped({ external, minifyWhitespace, minifySyntax, minifyIdentifiers })
  expect(shipped).toBeGreaterThan(BUDGET / 2)
  expect(shipped).toBeLessThanOrEqual(BUDGET)
})

it('costs a page that bundles calculators and what they use of market at most 20 kB', async () => {
  const bundled = await gzipped({ minify: true })
  expect(bundled).toBeGreaterThan(BUDGET / 2)
  expect(bundled).toBeLessThanOrEqual(BUDGET)
})
