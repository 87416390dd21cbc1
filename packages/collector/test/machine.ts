import { type Clock, createManualClock } from '@openpredict/market'

import type { CycleReport } from '../src/index.ts'

/** A machine whose time the test moves: a timer that only moves on, and a clock beside it that can be set. */
export class Machine {
  readonly #time = createManualClock(0)
  #offset: number
  readonly timer: Clock = this.#time
  readonly clock: Clock = {
    now: () => this.#time.now() + this.#offset,
    sleep: (ms, signal) => this.#time.sleep(ms, signal),
  }

  constructor(start: number) {
    this.#offset = start
  }

  /** Sleepers of clock and timer. */
  get sleepers(): number {
    return this.#time.sleepers
  }

  /** Lets time pass. */
  advance(ms: number): void {
    this.#time.advance(ms)
  }

  /** Sets the clock, or suspends the machine: no timer notices. */
  jump(ms: number): void {
    this.#offset += ms
  }

  /** Lets time pass in steps until `running` has ended, whenever nothing happens that takes none. */
  async drive<T>(running: Promise<T>, { stepMs = 1_000, isBusy = () => false }: Drive = {}): Promise<T> {
    let ended = false
    const end = (): void => void (ended = true)
    running.then(end, end)
    while (!ended) {
      await settled()
      if (!isBusy() && this.#time.sleepers > 0) this.#time.advance(stepMs)
    }
    return await running
  }

  /** Lets so much time pass, in steps. */
  async pass(ms: number, stepMs = 1_000): Promise<void> {
    for (let passed = 0; passed < ms; passed += stepMs) {
      await settled()
      this.#time.advance(stepMs)
    }
    await settled()
  }
}

interface Drive {
  readonly stepMs?: number
  /** Whether something goes on in real time that must end first. */
  readonly isBusy?: () => boolean
}

/** Once everything that takes no time has happened. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}

/** A report of a cycle, with what matters to the loop. */
export function reportOf(
  report: Partial<CycleReport> & Pick<CycleReport, 'instrument' | 'status' | 'startedAt'>,
): CycleReport {
  return {
    id: '',
    cycle: 1,
    finishedAt: report.startedAt,
    durationMs: 0,
    waitingMs: 0,
    requests: 0,
    window: { from: 0, to: 0, cold: false },
    barsFetched: 0,
    barsNew: 0,
    barsCorrected: 0,
    barsHeldBack: 0,
    minutesMissing: 0,
    minutesHealed: 0,
    rowsWritten: 0,
    dropped: {},
    steps: [],
    delayMs: 0,
    marketOpen: true,
    dryRun: false,
    ...report,
  }
}
