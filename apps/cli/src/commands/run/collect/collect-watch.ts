import { describeFailure, type Redactor } from '@openpredict/collector'

import type { CollectEvent, CollectObserver } from '../../../collect-event.ts'
import { StatisticsKeeper } from '../../../collect-statistics.ts'
import { configured } from '../../../configuration.ts'
import { type LogFormat, openLog } from '../../../log/open-log.ts'
import { discreet, redactorFor } from '../../../secrets.ts'
import type { Services } from '../../../services.ts'
import { SETTINGS } from '../../../settings.ts'
import { StoppedBySignal } from '../../../stopped.ts'
import type { CollectFlags } from '../../collect.ts'

/** Those who are told of what happens while collecting. */
export interface CollectWatch extends AsyncDisposable {
  /** The services of the command, with a terminal that prints nothing secret. */
  readonly services: Services
  readonly redactor: Redactor
  /** What standard output is for. */
  readonly format: LogFormat
  readonly statistics: StatisticsKeeper
  /** Tells everybody. Never throws. */
  readonly emit: CollectObserver
  /** Adds somebody, who is told of everything from now on. */
  readonly add: (observer: CollectObserver) => void
}

/**
 * Opens the log, and the ways to Sentry and the service manager where they are wanted. Disposing of it waits until they
 * have got everything.
 */
export async function openWatch(flags: CollectFlags, outside: Services, loop: boolean): Promise<CollectWatch> {
  const redactor = redactorFor(outside.env, [flags.store, flags.source])
  const services = { ...outside, terminal: discreet(outside.terminal, redactor) }
  const { env, terminal, clock, signal, onHangup, onCrash, version, host } = services
  const statistics = new StatisticsKeeper()
  const observers: CollectObserver[] = []
  const closing: (() => unknown)[] = []
  let isTold = false
  const emit = (event: CollectEvent): void => {
    if (event.kind === 'cycle') statistics.add(event.report)
    if (event.kind === 'retry') statistics.addRetry(event.retry.request.instrument.symbol)
    for (const observe of observers) {
      try {
        observe(event)
      } catch (error) {
        // Whoever tells of the work must not stop it.
        if (!isTold) terminal.note(`telling of ${event.kind} failed: ${describeFailure(error).message}`)
        isTold = true
      }
    }
  }

  const { format, log, hasFile } = await openLog(flags, services, { redactor, loop })
  if (log !== undefined) {
    const { linesOf } = await import('../../../log/log-lines.ts')
    observers.push((event) => linesOf(event).forEach(log.write))
    closing.push(() => log.close())
  }
  const dsn = configured(SETTINGS.sentryDsn, env)
  if (dsn !== undefined) {
    const { createErrorTracker } = await import('../../../notify/error-tracker.ts')
    const component = configured(SETTINGS.logComponent, env) ?? ''
    const tracker = await createErrorTracker({ dsn, version, host, component, redactor, now: () => clock.now() })
    observers.push(tracker.observe)
    closing.push(() => tracker.close())
  }
  if (loop) {
    // On a terminal that goes away there is nobody to collect for, unless a file is written.
    if (hasFile || terminal.stdout.isTTY !== true) {
      closing.push(
        onHangup(() => {
          log?.reopen()
          if (hasFile) emit({ kind: 'reopened' })
        }),
      )
    }
  }
  closing.push(onCrash((error) => emit({ kind: 'crash', failure: describeFailure(error) })))
  const onAbort = (): void => {
    const reason: unknown = signal.reason
    emit({ kind: 'stopping', reason: reason instanceof StoppedBySignal ? reason.message : 'stopped' })
  }
  signal.addEventListener('abort', onAbort, { once: true })
  closing.push(() => signal.removeEventListener('abort', onAbort))

  return {
    services,
    redactor,
    format,
    statistics,
    emit,
    add: (observer) => void observers.push(observer),
    async [Symbol.asyncDispose]() {
      await Promise.all(closing.map(async (close) => await close()))
    },
  }
}
