import type { Clock } from '@openpredict/market'

/** Real time that an aborted cycle gets to roll back and to say so. */
const LAST_WORDS_MS = 500

/**
 * Runs `work` with a signal that follows `signal` only after `graceMs` of real time. Work that does not end even then is
 * left behind: the result rejects with the signal's reason.
 */
export async function withGrace<T>(
  { signal, timer, graceMs }: { readonly signal: AbortSignal; readonly timer: Clock; readonly graceMs: number },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const inner = new AbortController()
  const done = new AbortController()
  const leave = Promise.withResolvers<never>()
  const stop = async (): Promise<void> => {
    try {
      await timer.sleep(graceMs, done.signal)
      inner.abort(signal.reason)
      await timer.sleep(LAST_WORDS_MS, done.signal)
      leave.reject(signal.reason as Error)
    } catch {
      // The work is over.
    }
  }
  const onAbort = (): void => void stop()
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([work(inner.signal), leave.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
    done.abort()
  }
}
