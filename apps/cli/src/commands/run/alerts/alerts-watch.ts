import { describeFailure, type Redactor } from '@openpredict/collector'
import {
  type AlertConfig,
  AlertEngine,
  type AlertNotification,
  type DeliveryResult,
  Dispatcher,
  type Measurements,
} from '@openpredict/monitor'

import type { Services } from '../../../services.ts'
import { openChannels } from './alerts-config.ts'
import { acknowledgementPath, readFiring, takeAcknowledgements, writeFiring } from './alerts-state.ts'

/** How long the end waits for notifications that are on their way. */
const CLOSE_MS = 1_500

/** What alerts are judged and told with. */
export interface AlertsWatchOptions {
  readonly config: AlertConfig
  readonly measurements: Measurements
  readonly services: Services
  readonly redactor: Redactor
  /** The time that the measurements go by, epoch ms. */
  readonly now: () => number
  /** The file that remembers what fires. */
  readonly state: string | undefined
  /** Takes in what is to be known besides, before each judgement. */
  readonly refresh?: () => Promise<void>
  readonly onNotification: (notification: AlertNotification) => void
  readonly onResult: (result: DeliveryResult) => void
  readonly onTrouble: (message: string) => void
}

/** Judges alerts whenever it is asked to, one time after the other, tells of them, and remembers what fires. */
export class AlertsWatch implements AsyncDisposable {
  readonly #options: AlertsWatchOptions
  readonly #engine: AlertEngine
  readonly #dispatcher: Dispatcher
  #written: string
  #last: Promise<void> = Promise.resolve()
  #isDue = false
  #isTold = false

  constructor(options: AlertsWatchOptions) {
    const { config, services, redactor, measurements, state, now } = options
    const firing = readFiring(state)
    this.#options = options
    this.#written = JSON.stringify(firing)
    this.#engine = new AlertEngine({ ...config, firing })
    this.#dispatcher = new Dispatcher({
      channels: openChannels(config, services),
      redact: redactor.text,
      onResult: (result) => {
        if (result.failure !== undefined && result.isMissing !== true)
          measurements.addEvent('notification_failure', now())
        options.onResult(result)
      },
    })
  }

  /** Judges soon; what is asked for while that waits is done with it. */
  readonly judge = (): void => {
    if (this.#isDue) return
    this.#isDue = true
    this.#last = this.#next(this.#last)
  }

  /** Waits for what is judged now. */
  async settled(): Promise<void> {
    await this.#last
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#last
    await this.#dispatcher.close(CLOSE_MS, (ms, signal) => this.#options.services.timer.sleep(ms, signal))
  }

  async #next(before: Promise<void>): Promise<void> {
    await before
    this.#isDue = false
    try {
      await this.#judge()
    } catch (error) {
      // What fails every time is told once.
      const { onTrouble, redactor } = this.#options
      const { message } = describeFailure(error)
      if (!this.#isTold) onTrouble(redactor.text(`Alerts could not be judged: ${message}`))
      this.#isTold = true
    }
  }

  async #judge(): Promise<void> {
    const { measurements, now, state, refresh, onNotification } = this.#options
    await refresh?.()
    const at = now()
    if (state !== undefined) {
      for (const { alert, instrument } of takeAcknowledgements(acknowledgementPath(state)))
        this.#engine.acknowledge(alert, at, instrument)
    }
    const { notifications } = this.#engine.evaluate(measurements, at)
    for (const notification of notifications) onNotification(notification)
    if (notifications.length > 0) void this.#dispatcher.send(notifications)
    this.#remember(state)
  }

  #remember(state: string | undefined): void {
    const firing = this.#engine.firing()
    const text = JSON.stringify(firing)
    if (state === undefined || text === this.#written) return
    writeFiring(state, firing)
    this.#written = text
  }
}
