import type { Clock } from '@openpredict/market'

import type { StepReport } from './cycle-report.ts'
import { describeFailure } from './failure.ts'
import { DELIVER } from './steps.ts'

/** What a collector needs of a store whose rows are delivered to another one. */
export interface Delivery {
  /** Delivers everything that waits; rejects when the remote store fails. */
  drain(options: { readonly signal: AbortSignal }): Promise<{ readonly delivered: number }>
}

/**
 * Gives delivery `ms` of real time. What has not gone by then goes on in the background, newest rows first: a backlog is
 * no failure, a remote store that cannot be reached is one, which the cycle reports and survives.
 */
export async function deliver(
  delivery: Delivery,
  { timer, ms, signal }: { readonly timer: Clock; readonly ms: number; readonly signal: AbortSignal | undefined },
): Promise<StepReport> {
  const started = timer.now()
  const late = new AbortController()
  const done = new AbortController()
  timer.sleep(ms, done.signal).then(
    () => late.abort(new Error('delivery goes on in the background')),
    () => undefined,
  )
  const step = (rows: number): StepReport => ({ name: DELIVER, durationMs: timer.now() - started, rows })
  try {
    const both = signal === undefined ? late.signal : AbortSignal.any([signal, late.signal])
    return step((await delivery.drain({ signal: both })).delivered)
  } catch (error) {
    if (late.signal.aborted || signal?.aborted === true) return step(0)
    return { ...step(0), failure: describeFailure(error, 'database') }
  } finally {
    done.abort()
  }
}
