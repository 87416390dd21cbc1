import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The repository's root folder. */
export const ROOT: string = join(import.meta.dirname, '..')

/** One workspace package as its manifest describes it. */
export interface WorkspacePackage {
  readonly name: string
  readonly folder: string
  readonly dependencies: readonly string[]
}

/** All workspace packages, libraries and applications. */
export function workspacePackages(): readonly WorkspacePackage[] {
  return ['packages', 'apps'].flatMap((group) =>
    readdirSync(join(ROOT, group)).map((folder) => {
      const manifest = JSON.parse(readFileSync(join(ROOT, group, folder, 'package.json'), 'utf8')) as {
        name: string
        dependencies?: Record<string, string>
        peerDependencies?: Record<string, string>
      }
      const { dependencies = {}, peerDependencies = {} } = manifest
      return {
        name: manifest.name,
        folder: join(group, folder),
        dependencies: Object.keys({ ...dependencies, ...peerDependencies }),
      }
    }),
  )
}

/** The TypeScript files below a folder of the repository, as paths relative to the root. */
export function sourceFiles(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.includes('node_modules') && !file.startsWith('dist'))
    .map((file) => join(folder, file))
}
