import type { Clock } from '@openpredict/market'

import type { FailureCategory } from './failure.ts'

/** A cycle that took longer than it may. */
class DeadlineError extends Error {
  override readonly name = 'DeadlineError'
  readonly category: FailureCategory = 'system'
  readonly code = 'deadline'
  readonly hint = 'The source or the disk is slow. The next cycle asks for the same bars again.'

  constructor(ms: number) {
    super(`the cycle was stopped after ${ms / 1_000} s`)
  }
}

/** Runs `work` with a signal that is aborted with `signal`, or with a `DeadlineError` once `ms` of the timer are over. */
export async function withDeadline<T>(
  { timer, ms, signal }: { readonly timer: Clock; readonly ms: number; readonly signal: AbortSignal | undefined },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController()
  const done = new AbortController()
  timer.sleep(ms, done.signal).then(
    () => late.abort(new DeadlineError(ms)),
    () => undefined,
  )
  try {
    return await work(signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]))
  } finally {
    done.abort()
  }
}
