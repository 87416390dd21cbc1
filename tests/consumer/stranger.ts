import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { ROOT } from '../package-map.ts'
import { type Finished, plainEnvironment, runOrFail } from './run.ts'
import type { Tarball } from './tarballs.ts'

const QUIET = ['--prefer-offline', '--no-audit', '--no-fund', '--no-progress']

/** Somebody's own folder, far from the workspace. Gone when disposed. */
export class Stranger implements Disposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'openpredict-stranger-'))

  path(...names: readonly string[]): string {
    return join(this.folder, ...names)
  }

  write(name: string, content: string | object): void {
    writeFileSync(this.path(name), typeof content === 'string' ? content : JSON.stringify(content))
  }

  /** A project of ES modules with these packages, installed with npm. */
  async install(tarballs: readonly Tarball[]): Promise<void> {
    const dependencies = Object.fromEntries(tarballs.map(({ name, path }) => [name, `file:${path}`]))
    this.write('package.json', { name: 'stranger', private: true, type: 'module', dependencies })
    await runOrFail(this.folder, 'npm', ['install', ...QUIET], plainEnvironment())
  }

  /** Installs the commands of these packages for all folders, below a prefix here. Returns where they are. */
  async installGlobally(tarballs: readonly Tarball[]): Promise<string> {
    const args = ['install', '--global', '--prefix', this.path('prefix'), ...QUIET, ...tarballs.map(({ path }) => path)]
    await runOrFail(this.folder, 'npm', args, plainEnvironment())
    return this.path('prefix', 'bin')
  }

  /** Runs a file here with Node. */
  async node(...args: readonly string[]): Promise<Finished> {
    return await runOrFail(this.folder, process.execPath, args, plainEnvironment())
  }

  /** Compiles what is here as somebody strict does, who also checks the declarations of what was installed. */
  async compile(options: object, types: readonly string[] = []): Promise<void> {
    this.write('tsconfig.json', {
      compilerOptions: {
        target: 'es2024',
        lib: ['es2024', 'esnext.disposable', 'dom'],
        strict: true,
        skipLibCheck: false,
        noEmit: true,
        types,
        typeRoots: [join(ROOT, 'node_modules', '@types')],
        ...options,
      },
    })
    await runOrFail(this.folder, 'tsc', ['--project', '.'])
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
