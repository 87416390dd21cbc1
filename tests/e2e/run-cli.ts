import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

import { mainFile } from '../command-line/main-file.ts'
import { ROOT } from '../package-map.ts'

/** Sources that Node has read before start in half the time. */
const COMPILED = join(ROOT, 'node_modules', '.cache', 'openpredict-compiled')

/** What a finished command left behind. */
export interface Finished {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A command that runs. */
export interface Running {
  readonly child: ChildProcess
  readonly finished: Promise<Finished>
}

/** An empty folder of its own for a test's commands; gone when disposed. */
export class Workplace implements Disposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'openpredict-test-'))

  readonly #running = new Set<ChildProcess>()

  path(...names: readonly string[]): string {
    return join(this.folder, ...names)
  }

  /**
   * Starts `openpredict ARGS` here, as a person would, with nothing of this process's environment but PATH. Coarser bars
   * before the first minutes take a second in every cold start, and are only asked for where a test is about them.
   */
  start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
    const child = spawn(process.execPath, ['--conditions=@openpredict/source', '--', mainFile(), ...args], {
      cwd: this.folder,
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: this.folder,
        NODE_COMPILE_CACHE: COMPILED,
        WARM_UP_DAYS: '0',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#running.add(child)
    child.once('close', () => this.#running.delete(child))
    const finished = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]).then(
      ([stdout, stderr, [code, signal]]) => ({
        stdout,
        stderr,
        code: code as number | null,
        signal: signal as NodeJS.Signals | null,
      }),
    )
    return { child, finished }
  }

  /** Runs `openpredict ARGS` here to its end. */
  async run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Finished> {
    return await this.start(args, env).finished
  }

  /** Ends what a failed test has left running, and removes the folder. */
  [Symbol.dispose](): void {
    for (const child of this.#running) child.kill('SIGKILL')
    rmSync(this.folder, { recursive: true, force: true })
  }
}
