import { execFile } from 'node:child_process'
import process from 'node:process'

import type { Clock } from '@openpredict/market'

import type { CollectEvent } from '../collect-event.ts'
import { count, formatTimeOfDay } from '../format.ts'
import type { Environment } from '../settings.ts'

const PROGRAM = 'systemd-notify'
/** A service manager that does not take a message within this is told the next one. */
const TAKEN_MS = 2_000
/** The longest that a loop that is well goes on without a cycle that ends or a wait that begins: a cold start, and more. */
const QUIET_MS = 6 * 60_000

/** What a service manager is told with. */
export interface ServiceManagerOptions {
  readonly env: Environment
  /** Market time: ticks are due by it. */
  readonly clock: Clock
  /** Real time. */
  readonly timer: Clock
  /** Told once when messages cannot be sent. */
  readonly onTrouble: (message: string) => void
}

/** Tells systemd how the loop stands. */
export interface ServiceManager {
  readonly observe: (event: CollectEvent) => void
  /** Waits for the messages that are under way. */
  readonly close: () => Promise<void>
}

/**
 * Tells the service manager (`Type=notify`) when the loop runs, what it does and when it stops; where `WATCHDOG_USEC` is
 * set, also that it is alive: at half of that time, unless a tick is overdue. `undefined` where there is none to tell.
 *
 * The messages go through `systemd-notify`: its socket is of a kind that Node.js does not have.
 */
export function createServiceManager(options: ServiceManagerOptions): ServiceManager | undefined {
  const socket = options.env['NOTIFY_SOCKET'] ?? ''
  return socket === '' ? undefined : new SystemdManager(options, socket)
}

class SystemdManager implements ServiceManager {
  readonly #options: ServiceManagerOptions
  readonly #socket: string
  readonly #watchdogMs: number | undefined
  #sending: Promise<void> = Promise.resolve()
  #watchdog: NodeJS.Timeout | undefined
  #isTroubled = false
  /** Market time of the next tick; real time of the last sign of life. */
  #dueAt: number | undefined
  #aliveAt: number

  constructor(options: ServiceManagerOptions, socket: string) {
    this.#options = options
    this.#socket = socket
    this.#watchdogMs = watchdogMs(options.env)
    this.#aliveAt = options.timer.now()
  }

  readonly observe = (event: CollectEvent): void => {
    switch (event.kind) {
      case 'start': {
        const symbols = event.instruments.map(({ symbol }) => symbol).join(', ')
        this.#send(['READY=1', this.#say(`collecting ${symbols} from ${event.title}`)])
        this.#startWatchdog()
        break
      }
      case 'cycle': {
        const { report } = event
        this.#alive(undefined)
        const what = report.status === 'failed' ? (report.failure?.code ?? 'failed') : count(report.barsNew, 'new bar')
        const line = `${formatTimeOfDay(report.finishedAt)} UTC: ${report.instrument.symbol} #${report.cycle} ${report.status}, ${what}`
        this.#send([this.#say(line)])
        break
      }
      case 'wait':
        this.#alive(event.tick.at)
        break
      case 'hold':
        this.#alive(event.hold.until)
        this.#send([
          this.#say(`asking no more until ${formatTimeOfDay(event.hold.until)} UTC: ${event.hold.failure.code}`),
        ])
        break
      case 'stopping':
        clearInterval(this.#watchdog)
        this.#send(['STOPPING=1', this.#say(event.reason)])
        break
      case 'stop':
      case 'fault':
        clearInterval(this.#watchdog)
        break
      default:
        // Of no interest to it.
        break
    }
  }

  readonly close = async (): Promise<void> => {
    clearInterval(this.#watchdog)
    await this.#sending
  }

  #alive(dueAt: number | undefined): void {
    this.#aliveAt = this.#options.timer.now()
    this.#dueAt = dueAt
  }

  #startWatchdog(): void {
    if (this.#watchdogMs === undefined) return
    this.#watchdog = setInterval(() => {
      if (this.#isAlive()) this.#send(['WATCHDOG=1'])
    }, this.#watchdogMs / 2).unref()
  }

  /** That this runs shows that the process is not stuck; that no tick is overdue, that the loop is not. */
  #isAlive(): boolean {
    const { clock, timer } = this.#options
    if (timer.now() - this.#aliveAt < QUIET_MS) return true
    return this.#dueAt !== undefined && clock.now() < this.#dueAt + QUIET_MS
  }

  #say(status: string): string {
    return `STATUS=${status.replaceAll(/\s+/g, ' ')}`
  }

  /** One message after the other, so that none overtakes another. */
  #send(assignments: readonly string[]): void {
    this.#sending = this.#sending.then(() => this.#run(assignments))
  }

  async #run(assignments: readonly string[]): Promise<void> {
    if (this.#isTroubled) return
    await new Promise<void>((resolve) => {
      const env = { PATH: this.#options.env['PATH'], NOTIFY_SOCKET: this.#socket }
      execFile(PROGRAM, assignments, { env, timeout: TAKEN_MS, killSignal: 'SIGKILL' }, (error) => {
        const { code } = (error ?? {}) as NodeJS.ErrnoException
        if (code === 'ENOENT' || code === 'EACCES') {
          this.#isTroubled = true
          this.#options.onTrouble(
            `NOTIFY_SOCKET is set, but ${PROGRAM} is not to be found: the service manager is told nothing.`,
          )
        }
        resolve()
      })
    })
  }
}

/** How soon the service manager wants to hear of us, if it watches this process. */
function watchdogMs(env: Environment): number | undefined {
  const usec = Number(env['WATCHDOG_USEC'])
  const pid = env['WATCHDOG_PID'] ?? ''
  if (!Number.isFinite(usec) || usec <= 0 || (pid !== '' && Number(pid) !== process.pid)) return undefined
  return usec / 1_000
}
