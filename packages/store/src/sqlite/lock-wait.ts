import type { Clock } from '@openpredict/market'

import { StoreError } from '../errors.ts'

/** How to wait for a lock that another process holds. */
export interface LockWait {
  readonly clock: Clock
  readonly location: string
  /** How long to go on trying, ms of `clock`. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

const FIRST_PAUSE = 2
const LONGEST_PAUSE = 50

/** Tries until the database is free. Other work goes on meanwhile, and the signal ends the wait at once. */
export async function whenFree<T>(attempt: () => T, { clock, location, timeoutMs, signal }: LockWait): Promise<T> {
  const started = clock.now()
  for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    signal?.throwIfAborted()
    try {
      return attempt()
    } catch (error) {
      if (!(error instanceof StoreError && error.failure.kind === 'locked')) throw error
      const waitedMs = clock.now() - started
      if (waitedMs >= timeoutMs) {
        throw new StoreError(
          `store ${location}: another program has been writing to it for ${waitedMs} ms`,
          { kind: 'locked', waitedMs },
          { hint: error.hint, cause: error.cause },
        )
      }
    }
    await clock.sleep(pause, signal)
  }
}
