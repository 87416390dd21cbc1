import { join } from 'node:path'

import { ROOT, type WorkspacePackage, workspacePackages } from '../package-map.ts'
import { runOrFail } from './run.ts'

/** A package as it would be published. */
export interface Tarball extends WorkspacePackage {
  readonly path: string
}

/** All packages, packed, by name. */
export type Tarballs = ReadonlyMap<string, Tarball>

/** Builds what is to be published and packs it into a folder. */
export async function packAll(folder: string): Promise<Tarballs> {
  const packages = workspacePackages()
  await runOrFail(ROOT, 'turbo', ['run', 'build', '--output-logs=errors-only'])
  const packed = packages.map(async (workspace): Promise<[string, Tarball]> => {
    const args = ['pack', '--json', '--pack-destination', folder]
    const { stdout } = await runOrFail(join(ROOT, workspace.folder), 'pnpm', args)
    const { filename } = JSON.parse(stdout) as { readonly filename: string }
    return [workspace.name, { ...workspace, path: filename }]
  })
  return new Map(await Promise.all(packed))
}

/** A package and those of ours that it needs: what has to be installed from files, for no registry has them. */
export function withNeeded(tarballs: Tarballs, names: readonly string[]): readonly Tarball[] {
  const found = new Map<string, Tarball>()
  const visit = (name: string): void => {
    const tarball = tarballs.get(name)
    if (tarball === undefined || found.has(name)) return
    found.set(name, tarball)
    for (const dependency of tarball.dependencies) visit(dependency)
  }
  for (const name of names) visit(name)
  return [...found.values()]
}
