import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The parts of uPlot that a page is made with, as text. */
export interface ChartLibrary {
  readonly script: string
  readonly style: string
  readonly licence: string
}

/** Reads uPlot out of its package, where that is installed. */
export async function readChartLibrary(): Promise<ChartLibrary> {
  const require = createRequire(import.meta.url)
  const folder = dirname(require.resolve('uplot/package.json'))
  const [script, style, licence] = await Promise.all(
    [join('dist', 'uPlot.iife.min.js'), join('dist', 'uPlot.min.css'), 'LICENSE'].map(
      async (file) => await readFile(join(folder, file), 'utf8'),
    ),
  )
  return { script: script ?? '', style: style ?? '', licence: licence ?? '' }
}
