import type { Clock } from '@openpredict/market'

/** When work has to end. */
export interface Deadline {
  readonly timer: Clock
  readonly ms: number
  readonly signal: AbortSignal | undefined
  /** The error of work that took too long. */
  readonly late: () => Error
}

/**
 * Runs work until it ends, the deadline passes or the caller's signal is aborted, whichever comes first. The work's own
 * signal is aborted in the last two cases, and its outcome no longer waited for.
 */
export async function withDeadline<T>(deadline: Deadline, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { timer, ms, signal, late } = deadline
  signal?.throwIfAborted()
  const working = new AbortController()
  const sleeping = new AbortController()
  const { promise: cut, reject } = Promise.withResolvers<never>()
  const stop = (reason: unknown): void => {
    // First the outcome, then the work: whatever the work makes of being aborted comes too late to count.
    reject(reason)
    working.abort(reason)
  }
  const onAbort = (): void => stop(signal?.reason)
  signal?.addEventListener('abort', onAbort, { once: true })
  timer.sleep(ms, sleeping.signal).then(
    () => stop(late()),
    () => {
      // The work has ended before its deadline.
    },
  )
  try {
    return await Promise.race([work(working.signal), cut])
  } finally {
    signal?.removeEventListener('abort', onAbort)
    sleeping.abort()
  }
}
