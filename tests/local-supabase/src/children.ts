import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process'

/** A program that was started. */
export interface Child {
  /** How it ended, in words, or why it could not be started; `undefined` while it runs. */
  readonly ending: string | undefined
  /** Its process; `undefined` when it could not be started. */
  readonly pid: number | undefined
  /** Resolves when it has ended, or could not be started, with the exit code if there is one. */
  readonly ended: Promise<number | undefined>
  /** Ends it and waits for that. */
  end(): Promise<void>
}

/** All programs that this process has started, so that none is left behind: each is known before it is waited for. */
export class Children {
  readonly #running = new Set<Child>()
  #closed = false

  /** Starts a program that `signal` ends. Never throws because it cannot be started: its `ending` tells. */
  start(program: string, args: readonly string[], signal: NodeJS.Signals, options: SpawnOptions): Child {
    if (this.#closed) throw new Error('it is being stopped')
    const child = watched(spawn(program, args, options), signal)
    this.#running.add(child)
    void child.ended.then(() => this.#running.delete(child))
    return child
  }

  /** Ends all, and starts no more. */
  async end(): Promise<void> {
    this.#closed = true
    await Promise.all(Array.from(this.#running, (child) => child.end()))
  }
}

function watched(program: ChildProcess, stopSignal: NodeJS.Signals): Child {
  let ending: string | undefined
  const ended = new Promise<number | undefined>((resolve) => {
    const over = (words: string, code?: number): void => {
      ending ??= words
      resolve(code)
    }
    program.on('exit', (code, signal) =>
      code === null ? over(`ended by ${String(signal)}`) : over(`exit code ${code}`, code),
    )
    // A signal that cannot be sent is reported here, too; then it still runs.
    program.on('error', (error) => {
      if (program.pid === undefined) over(error.message)
    })
  })
  return {
    get ending() {
      return ending
    },
    pid: program.pid,
    ended,
    end: async () => {
      if (ending === undefined) program.kill(stopSignal)
      await ended
    },
  }
}
