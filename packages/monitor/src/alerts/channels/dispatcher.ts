import type { AlertNotification } from '../alert.ts'
import type { Channel } from './channel.ts'

/** More wait for no channel: the oldest are given up. */
const MOST_WAITING = 100

/** How a notification went over one channel. */
export interface DeliveryResult {
  readonly channel: string
  readonly notification: AlertNotification
  /** Why it could not be told; absent when it was. Holds nothing secret. */
  readonly failure?: string
  /** The channel has no address here: what is meant for it goes over the others. */
  readonly isMissing?: true
  /** The channel that it was meant for, where another one stands in. */
  readonly insteadOf?: string
}

/** What notifications are sent with. */
export interface DispatcherOptions {
  readonly channels: readonly Channel[]
  /** Takes secrets out of messages. */
  readonly redact: (text: string) => string
  /** Is told how each delivery went. */
  readonly onResult: (result: DeliveryResult) => void
}

/**
 * Sends notifications over their channels: side by side over several, in order over each. What a channel cannot tell, or what
 * is meant for one that is not configured, goes over all the others.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions
  readonly #channels: ReadonlyMap<string, Channel>
  readonly #queues = new Map<string, Promise<unknown>>()
  readonly #waiting = new Map<string, number>()
  readonly #stop = new AbortController()

  constructor(options: DispatcherOptions) {
    this.#options = options
    this.#channels = new Map(options.channels.map((channel) => [channel.name, channel]))
  }

  /** Sends, and resolves when everything was told or given up. Never rejects. */
  async send(notifications: readonly AlertNotification[]): Promise<void> {
    await Promise.all(
      notifications.flatMap((notification) =>
        notification.channels.map(async (name) => {
          if (await this.#tell(name, notification)) return
          const others = [...this.#channels.keys()].filter((other) => !notification.channels.includes(other))
          await Promise.all(others.map((other) => this.#tell(other, notification, name)))
        }),
      ),
    )
  }

  /** Gives up what has not been told `ms` of real time from now; `sleep` waits so long. */
  async close(ms: number, sleep: (ms: number, signal: AbortSignal) => Promise<void>): Promise<void> {
    const done = new AbortController()
    const late = sleep(ms, done.signal).then(
      () => this.#stop.abort(new Error('the program ends')),
      () => undefined,
    )
    await Promise.race([Promise.all(this.#queues.values()), late])
    done.abort()
  }

  /** Whether it was told. */
  async #tell(name: string, notification: AlertNotification, insteadOf?: string): Promise<boolean> {
    const failure = await this.#deliver(name, notification)
    const { onResult, redact } = this.#options
    onResult({
      channel: name,
      notification,
      ...(failure === undefined ? {} : { failure: redact(failure) }),
      ...(this.#channels.has(name) ? {} : { isMissing: true }),
      ...(insteadOf === undefined ? {} : { insteadOf }),
    })
    return failure === undefined
  }

  /** Why it could not be told; `undefined` when it was. */
  async #deliver(name: string, notification: AlertNotification): Promise<string | undefined> {
    const channel = this.#channels.get(name)
    if (channel === undefined) return `the channel ${name} is not configured`
    const waiting = this.#waiting.get(name) ?? 0
    if (waiting >= MOST_WAITING) return `${waiting} notifications wait for the channel ${name} already`
    this.#waiting.set(name, waiting + 1)
    const before = this.#queues.get(name) ?? Promise.resolve()
    const sending = before.then(async () => {
      try {
        this.#stop.signal.throwIfAborted()
        await channel.send(notification, this.#stop.signal)
        return undefined
      } catch (error) {
        return error instanceof Error ? error.message : String(error)
      } finally {
        this.#waiting.set(name, (this.#waiting.get(name) ?? 1) - 1)
      }
    })
    this.#queues.set(name, sending)
    return await sending
  }
}
