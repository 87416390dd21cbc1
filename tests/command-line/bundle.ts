import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { build, type Plugin } from 'esbuild'

import { ROOT } from '../package-map.ts'

const MAIN = join(ROOT, 'apps', 'cli', 'src', 'main.ts')
const OUTPUT = join(ROOT, 'node_modules', '.cache', 'openpredict-command-line')

/** Dependencies stay where they are, and files beside the sources are found from there. */
const whereTheyAre: Plugin = {
  name: 'where-they-are',
  setup(building) {
    building.onResolve({ filter: /^[^./]/ }, async ({ path, kind, importer, pluginData }) => {
      const isOurs = kind === 'entry-point' || path.startsWith('@openpredict/') || path.startsWith('node:')
      if (isOurs || pluginData === whereTheyAre) return undefined
      const found = await building.resolve(path, {
        kind,
        importer,
        resolveDir: dirname(importer),
        pluginData: whereTheyAre,
      })
      // One that is optional is looked for when it is wanted.
      return found.errors.length > 0
        ? { path, external: true }
        : { path: pathToFileURL(found.path).href, external: true }
    })
    building.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8')
      const contents = source.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
      return { contents, loader: 'ts' }
    })
  },
}

/**
 * Bundles the sources of the command line, and resolves with the file to run: a process starts with it in half the time,
 * and tests start hundreds of them.
 */
export async function bundleCommandLine(): Promise<string> {
  await build({
    entryPoints: [MAIN],
    outdir: OUTPUT,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    conditions: ['@openpredict/source'],
    plugins: [whereTheyAre],
    logLevel: 'error',
  })
  return join(OUTPUT, 'main.mjs')
}
