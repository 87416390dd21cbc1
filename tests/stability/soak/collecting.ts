import { join } from 'node:path'

import { type Clock, formatInstant } from '@openpredict/market'

import { Program, type Ended } from './program.ts'
import type { CycleLine, HeardCycle, SoakEvent } from './record.ts'

/** How long after an end of its own the collector is started again, real ms. */
const RESTART_MS = 500

/** What a collector is started with. */
export interface CollectingOptions {
  readonly folder: string
  readonly source: string
  readonly env: Readonly<Record<string, string>>
  /** Market time. */
  readonly clock: Clock
  readonly timer: Clock
  readonly note: (event: SoakEvent) => void
  /** Told when it has been killed or stopped, before it is started again. */
  readonly onDown: () => void
}

/** A collector that is kept running, through kills and ends of its own, until it is stopped. */
export class Collecting implements AsyncDisposable {
  readonly cycles: HeardCycle[] = []
  readonly #options: CollectingOptions
  #program: Program | undefined
  #starts = 0
  #isOver = false

  constructor(options: CollectingOptions) {
    this.#options = options
  }

  start(): void {
    const { folder, source, env, clock, note } = this.#options
    const start = ++this.#starts
    const program = new Program({
      args: ['run-loop', '--source', source, '--json', '--log-format', 'none'],
      folder,
      env: { ...env, LOG_FILE: join(folder, 'collector.log') },
      errors: join(folder, 'collector.err'),
      onLine: (line) => this.#hear(line, start),
    })
    this.#program = program
    note({ at: clock.now(), what: 'start' })
    void this.#startAgain(program)
  }

  /** Kills it, and starts it again after so long of market time. */
  async kill(awayMs: number, signal: AbortSignal): Promise<void> {
    const { clock, note, onDown } = this.#options
    const program = this.#program
    this.#program = undefined
    note({ at: clock.now(), what: 'kill', detail: `away for ${Math.round(awayMs / 60_000)} min` })
    const ended = await program?.kill()
    if (ended !== undefined && ended.signal !== 'SIGKILL') {
      note({ at: clock.now(), what: 'ended', detail: describeEnd(ended) })
    }
    onDown()
    await clock.sleep(awayMs, signal)
    if (!this.#isOver) this.start()
  }

  /** Stops it for good; how it ended. */
  async stop(): Promise<Ended | undefined> {
    const { clock, note, onDown } = this.#options
    this.#isOver = true
    const ended = await this.#program?.stop()
    if (ended !== undefined) note({ at: clock.now(), what: 'stop', detail: describeEnd(ended) })
    onDown()
    return ended
  }

  /** One more cycle, on its own, and the delivery of all that waits. */
  async once(): Promise<Ended> {
    const { folder, source, env, clock, note } = this.#options
    const start = ++this.#starts
    const program = new Program({
      args: ['run-once', '--source', source, '--json', '--log-format', 'none'],
      folder,
      env,
      errors: join(folder, 'collector.err'),
      onLine: (line) => this.#hear(line, start),
    })
    this.#program = program
    const ended = await program.ended
    note({ at: clock.now(), what: 'last', detail: describeEnd(ended) })
    return ended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true
    await this.#program?.kill()
  }

  /** When it has ended and nobody has told it to. */
  async #startAgain(program: Program): Promise<void> {
    const { clock, timer, note } = this.#options
    const ended = await program.ended
    if (this.#program !== program || this.#isOver) return
    note({ at: clock.now(), what: 'ended', detail: describeEnd(ended) })
    await timer.sleep(RESTART_MS)
    if (this.#program === program && !this.#isOver) this.start()
  }

  /** A line that a kill has cut off tells nothing. */
  #hear(text: string, start: number): void {
    try {
      this.cycles.push({ line: JSON.parse(text) as CycleLine, heardAt: this.#options.clock.now(), start })
    } catch {
      this.#options.note({ at: this.#options.clock.now(), what: 'half-line', detail: `${text.length} characters` })
    }
  }
}

function describeEnd({ code, signal }: Ended): string {
  return signal ?? `exit code ${code}`
}

/** A cycle's line, as it is exported. */
export function cycleJson({ line, heardAt, start }: HeardCycle): string {
  return JSON.stringify({ start, heardAt: formatInstant(heardAt), ...line })
}
