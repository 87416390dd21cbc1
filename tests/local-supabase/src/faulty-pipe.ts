import type { Socket } from 'node:net'

import type { Direction, Fault } from './fault.ts'

/** What a pipe asks about faults, and tells. */
export interface PipeFaults {
  readonly current: Fault
  /** The fault has happened, and does so once. */
  over(): void
  /** Resolves when the fault that holds everything back is over. */
  released(): Promise<void>
  passed(direction: Direction, bytes: number): void
  wasCut(): void
}

/** One client's connection with the one that was made to the server for it. */
export class FaultyPipe {
  /** Resolves when both are closed. */
  readonly closed: Promise<unknown>
  readonly #sockets: Readonly<Record<Direction, Socket>>
  readonly #faults: PipeFaults
  /** What each side has sent, in order: resolves when it was passed on. */
  readonly #order: Record<Direction, Promise<void>> = { client: Promise.resolve(), server: Promise.resolve() }
  /** Bytes of each side under the fault that cuts after some. */
  readonly #counted = new WeakMap<Fault, number>()
  /** The end of what the client has sent: a text may come in pieces. */
  #tail = ''
  #unanswered = false
  #cut = false

  constructor(client: Socket, server: Socket, faults: PipeFaults) {
    this.#sockets = { client, server }
    this.#faults = faults
    this.closed = Promise.all([this.#connect('client', client, server), this.#connect('server', server, client)])
  }

  /** Cuts the client off. The server is told that nothing more comes, once it has got what was passed on. */
  cut(): void {
    if (this.#cut) return
    this.#cut = true
    this.#faults.wasCut()
    const { client, server } = this.#sockets
    client.resetAndDestroy()
    server.end()
    // What it still says is for nobody.
    server.removeAllListeners('data').resume()
  }

  #connect(direction: Direction, from: Socket, to: Socket): Promise<void> {
    from.on('data', (chunk: Buffer) => {
      from.pause()
      const { current } = this.#faults
      const late = current.kind === 'slow' ? waited(current.ms) : undefined
      this.#then(direction, async () => {
        await late
        await this.#pass(direction, chunk, to)
        from.resume()
      })
    })
    from.on('end', () => this.#then(direction, () => void to.end()))
    // A side that breaks takes the other with it.
    from.on('error', () => to.destroy())
    return new Promise((resolve) => {
      from.on('close', () => {
        if (direction === 'client' && !this.#cut) to.end()
        resolve()
      })
    })
  }

  #then(direction: Direction, work: () => void | Promise<void>): void {
    this.#order[direction] = this.#order[direction].then(work)
  }

  async #pass(direction: Direction, chunk: Buffer, to: Socket): Promise<void> {
    while (this.#faults.current.kind === 'silent' && !this.#cut) await this.#faults.released()
    if (this.#cut) return
    if (direction === 'server' && this.#unanswered) return this.cut()
    const fault = this.#faults.current
    if (fault.kind === 'cut' && fault.from === direction) return this.#passSome(direction, chunk, to, fault)
    if (fault.kind === 'unanswered' && direction === 'client') this.#look(chunk, fault)
    await this.#write(direction, chunk, to)
  }

  async #passSome(
    direction: Direction,
    chunk: Buffer,
    to: Socket,
    fault: Fault & { readonly kind: 'cut' },
  ): Promise<void> {
    const before = this.#counted.get(fault) ?? 0
    const left = fault.after - before
    this.#counted.set(fault, before + chunk.length)
    if (chunk.length < left) return await this.#write(direction, chunk, to)
    this.#faults.over()
    await this.#write(direction, chunk.subarray(0, left), to)
    this.cut()
  }

  #look(chunk: Buffer, { to: text }: Fault & { readonly kind: 'unanswered' }): void {
    const seen = this.#tail + chunk.toString('latin1')
    const wanted = Buffer.from(text).toString('latin1')
    this.#tail = wanted.length > 1 ? seen.slice(1 - wanted.length) : ''
    if (!seen.includes(wanted)) return
    this.#tail = ''
    this.#unanswered = true
    this.#faults.over()
  }

  async #write(direction: Direction, chunk: Buffer, to: Socket): Promise<void> {
    if (to.destroyed || chunk.length === 0) return
    this.#faults.passed(direction, chunk.length)
    await new Promise<void>((resolve) => {
      to.write(chunk, () => resolve())
    })
  }
}

async function waited(ms: number): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
