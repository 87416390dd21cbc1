import { type Control, LocalSupabase } from './orders.ts'
import { startSupervisor, type SupervisorOptions } from './start.ts'

/** A server that nobody else uses, whose data survive that it is killed. */
export class OwnServer extends LocalSupabase implements AsyncDisposable {
  readonly #stop: () => Promise<void>

  constructor(control: Control, stop: () => Promise<void>) {
    super(control)
    this.#stop = stop
  }

  /** Kills all processes of PostgreSQL in the midst of what they do, as a power cut would. */
  async kill(): Promise<void> {
    await this.send({ do: 'kill server' })
  }

  /** Starts it again after it was killed: same port, same data. Resolves when it takes connections. */
  async start(): Promise<void> {
    await this.send({ do: 'start server' })
  }

  /** Ends it and removes its data. */
  async stop(): Promise<void> {
    await this.#stop()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}

/** Starts a server for one test, in about two seconds. Check `unavailable()` before. */
export async function startOwnServer(options: Pick<SupervisorOptions, 'plain'> = {}): Promise<OwnServer> {
  const { control, stop } = await startSupervisor({ lasting: true, ...options })
  return new OwnServer(control, stop)
}
