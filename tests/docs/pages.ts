import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

import { ROOT, workspacePackages } from '../package-map.ts'

/** Every page that a reader may follow, as paths relative to the root. */
export function pages(): readonly string[] {
  return [
    'README.md',
    'CONTRIBUTING.md',
    join('examples', 'README.md'),
    ...workspacePackages().map(({ folder }) => join(folder, 'README.md')),
    ...markdownBelow('docs'),
  ].filter((file) => existsSync(join(ROOT, file)))
}

function markdownBelow(start: string): readonly string[] {
  return readdirSync(join(ROOT, start), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md') && !file.includes('node_modules'))
    .map((file) => join(start, file))
    .toSorted()
}
