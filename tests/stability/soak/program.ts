import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'

import { mainFile } from '../../command-line/main-file.ts'

/** How to start a program of ours. */
export interface ProgramOptions {
  /** Arguments of `openpredict`, or a file of ours to run with its arguments. */
  readonly args: readonly string[]
  /** A program other than `openpredict`. */
  readonly file?: string
  readonly folder: string
  /** What is in its environment beside PATH and HOME. */
  readonly env?: Readonly<Record<string, string>>
  /** Where what it says on standard error is added. */
  readonly errors: string
  /** Told of every line of standard output. */
  readonly onLine?: (line: string) => void
}

/** How a program ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A process of ours, to be ended by us. */
export class Program implements AsyncDisposable {
  readonly ended: Promise<Ended>
  readonly #child: ChildProcess

  constructor({ args, file = mainFile(), folder, env = {}, errors, onLine }: ProgramOptions) {
    const child = spawn(process.execPath, ['--conditions=@openpredict/source', '--', file, ...args], {
      cwd: folder,
      env: { PATH: process.env['PATH'] ?? '', HOME: folder, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    this.#child = child
    child.stderr.pipe(createWriteStream(errors, { flags: 'a' }))
    const lines = createInterface({ input: child.stdout })
    lines.on('line', (line) => onLine?.(line))
    this.ended = Promise.all([once(child, 'close'), once(lines, 'close')]).then(([[code, signal]]) => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
    }))
  }

  /** Tells it to end as a person or a service manager would; resolves when it has. */
  async stop(): Promise<Ended> {
    this.#child.kill('SIGTERM')
    return await this.ended
  }

  /** Ends it in the midst of what it does; resolves when it is gone. */
  async kill(): Promise<Ended> {
    this.#child.kill('SIGKILL')
    return await this.ended
  }

  /** Closes its standard input. */
  closeInput(): void {
    this.#child.stdin?.end()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
  }
}

/** Starts a program; resolves with its first line of standard output. Rejects when it ends without one. */
export async function startAndHear(options: ProgramOptions): Promise<{ program: Program; line: string }> {
  const heard = Promise.withResolvers<string>()
  const program = new Program({
    ...options,
    onLine(line) {
      heard.resolve(line)
      options.onLine?.(line)
    },
  })
  const early = program.ended.then(({ code, signal }) => {
    throw new Error(`openpredict ${options.args[0]} ended at once: ${signal ?? `exit code ${code}`}`)
  })
  // Once it is heard of, its end is for those who look at `ended`.
  early.catch(() => undefined)
  return { program, line: await Promise.race([heard.promise, early]) }
}
