import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { ROOT } from '../package-map.ts'
import { steady } from './shell-blocks.ts'

/** Which levels are nearest depends on the price at that moment; that they look so does not. */
const LEVEL = /^ N N [A-Z_]+ since N-N-N N(?:, still running)?$/

/** The lines that docs/start.md shows of the demo and that it does not print. */
export function linesMissingIn(stdout: string): readonly string[] {
  const page = readFileSync(join(ROOT, 'docs', 'start.md'), 'utf8')
  const shown = /```text\n(OpenPredict demo\n[\s\S]*?)\n```/.exec(page)?.[1]?.split('\n') ?? []
  if (shown.length < 10) return ['docs/start.md shows no demo']
  const printed = new Set(stdout.split('\n').map(shapeOf))
  return shown.filter((line) => !printed.has(shapeOf(line)) && !LEVEL.test(shapeOf(line)))
}

/** Live cycles come when they come, and find the market where it is then. */
function shapeOf(line: string): string {
  return steady(line)
    .replaceAll(/[+−]?\d[\d,.:]*/g, 'N')
    .replaceAll('bars', 'bar')
}
