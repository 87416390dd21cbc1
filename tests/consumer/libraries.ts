import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

import { build } from 'esbuild'
import { expect, it } from 'vitest'

import { ROOT, workspacePackages } from '../package-map.ts'
import { shownExamples } from './shown-examples.ts'
import { Stranger } from './stranger.ts'
import { type Tarballs, withNeeded } from './tarballs.ts'

const LIBRARIES = workspacePackages().filter(({ folder }) => folder.startsWith('packages'))
const TIMEOUT = 300_000

/** Where a type of each library comes from and what can be done with it, as somebody's first lines. */
const FIRST_LINES: Readonly<Record<string, string>> = {
  market: `import { type Bar, BarSeries, instrumentOf } from '@openpredict/market'
const bar: Bar = { time: 0, open: 1, high: 2, low: 1, close: 2, volume: 5 }
export const decimals: number = instrumentOf('NQ=F').decimals
console.log(BarSeries.from([bar]).length)`,
  calculators: `import { createEngine, type ReferenceLevelRow } from '@openpredict/calculators'
const engine = createEngine()
engine.next({ time: Date.UTC(2024, 6, 1, 22), open: 19950.25, high: 19961, low: 19948.5, close: 19960, volume: 812 })
const levels: readonly ReferenceLevelRow[] = engine.current().reference_levels
console.log(levels.length)`,
  fetcher: `import { type BarSource, createCsvSource, parseBars } from '@openpredict/fetcher'
export const source: BarSource = createCsvSource({ path: 'bars.csv' })
console.log(parseBars('timestamp,open,high,low,close,volume\\n2024-07-01T13:30:00Z,1,2,1,2,5\\n').length)`,
  store: `import { createManualClock } from '@openpredict/market'
import { openStore, type Row } from '@openpredict/store'
const store = await openStore('sqlite::memory:', { clock: createManualClock(0) })
const rows: readonly Row<'reference_levels'>[] = await store.readRows('reference_levels')
console.log(rows.length)
await store.close()`,
  collector: `import { type CycleReport, createCollector, STEPS } from '@openpredict/collector'
export const run = (options: Parameters<typeof createCollector>[0]): Promise<CycleReport> =>
  createCollector(options).runCycle()
console.log(STEPS.length)`,
  frames: `import { type ColumnSummary, describe } from '@openpredict/frames'
const summaries: readonly ColumnSummary[] = describe([{ close: 10 }, { close: 12 }])
console.log(summaries.length)`,
  monitor: `import { type Summary, summaryOf } from '@openpredict/monitor'
const summary: Summary | undefined = summaryOf([1, 2, 3])
console.log(summary?.count)`,
  simulator: `import { createMarket, type SimulatedMarket } from '@openpredict/simulator'
const market: SimulatedMarket = createMarket({ seed: 7 })
console.log(market.bars(Date.UTC(2024, 6, 1, 14), Date.UTC(2024, 6, 1, 15)).length)`,
}

/** What somebody can do who installs a library from its tarball. */
export function testLibraries(packed: () => Tarballs): void {
  it.each(LIBRARIES)(
    'uses $name from JavaScript and TypeScript',
    async ({ name, dependencies }) => {
      using stranger = new Stranger()
      await stranger.install(withNeeded(packed(), [name]))

      const installed = stranger.path('node_modules', name)
      const imported = await importsOf(join(installed, 'dist'))
      expect([...dependencies, name]).toEqual(expect.arrayContaining([...imported]))

      // Whatever an entry imports is there, unless it is one that the manifest calls optional.
      const missing = await Promise.all(entriesOf(installed).map((entry) => missingFor(stranger, name + entry)))
      expect(dependencies).toEqual(expect.arrayContaining(missing.flat()))

      const short = name.replace('@openpredict/', '')
      stranger.write(
        'main.ts',
        FIRST_LINES[short] ?? `import * as all from '${name}'\nconsole.log(Object.keys(all).length)`,
      )
      await stranger.compile({ module: 'nodenext' })
      await stranger.compile({ module: 'esnext', moduleResolution: 'bundler' })
      expect((await stranger.node('main.ts')).stdout).toMatch(/^\d+\n$/)
    },
    TIMEOUT,
  )

  it(
    'runs every example',
    async () => {
      using stranger = new Stranger()
      await stranger.install(
        withNeeded(
          packed(),
          LIBRARIES.map(({ name }) => name),
        ),
      )
      cpSync(join(ROOT, 'examples'), stranger.folder, {
        recursive: true,
        filter: (path) => !/node_modules|package\.json/.test(path),
      })
      rmSync(stranger.path('README.md'))
      for (const { file, prints } of shownExamples()) expect((await stranger.node(file)).stdout).toBe(prints)
      await stranger.compile({ module: 'nodenext' }, ['node'])
    },
    TIMEOUT,
  )

  it(
    'bundles calculators for browsers, within the budget of 20 kB',
    async () => {
      using stranger = new Stranger()
      await stranger.install(withNeeded(packed(), ['@openpredict/calculators']))
      const shipped = readFileSync(stranger.path('node_modules', '@openpredict', 'calculators', 'dist', 'index.js'))
      expect(gzipSync(shipped, { level: 9 }).length).toBeLessThanOrEqual(20_000)
      const { outputFiles } = await build({
        stdin: { contents: `export * from '@openpredict/calculators'`, resolveDir: stranger.folder },
        bundle: true,
        write: false,
        minify: true,
        format: 'esm',
        platform: 'browser',
      })
      expect(gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length).toBeLessThanOrEqual(20_000)
    },
    TIMEOUT,
  )
}

/** The names of the packages that built modules import, as a bundler reads them. */
async function importsOf(folder: string): Promise<ReadonlySet<string>> {
  const modules = readdirSync(folder).filter((file) => file.endsWith('.js'))
  const { metafile } = await build({
    entryPoints: modules.map((file) => join(folder, file)),
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    outdir: folder,
    write: false,
    metafile: true,
  })
  const imports = Object.values(metafile.inputs).flatMap((input) => input.imports)
  const external = imports.filter(({ external: isOut, path }) => isOut === true && !isBuiltin(path))
  return new Set(
    external.map(({ path }) =>
      path
        .split('/')
        .slice(0, path.startsWith('@') ? 2 : 1)
        .join('/'),
    ),
  )
}

/** What can be imported of an installed package: `''`, `'/sqlite'`, … */
function entriesOf(folder: string): readonly string[] {
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { exports: object }
  return Object.entries(exports).flatMap(([entry, target]) => (typeof target === 'string' ? [] : [entry.slice(1)]))
}

/** The package that an import fails for want of; none when it works. */
async function missingFor(stranger: Stranger, specifier: string): Promise<readonly string[]> {
  const script = `await import('${specifier}').then(() => '', ({ message }) =>
    process.stdout.write(/Cannot find package '([^']+)'/.exec(message)?.[1] ?? message))`
  const { stdout } = await stranger.node('--input-type=module', '--eval', script)
  return stdout === '' ? [] : [stdout]
}
