import { setTimeout as wait } from 'node:timers/promises'

import type { Clock } from '@openpredict/market'

/** The longest wait that the platform's timers know, about 24.8 days. */
const LONGEST = 2 ** 31 - 1

/** The machine's time of day. */
export const systemClock: Clock = { now: () => Date.now(), sleep }

/** The machine's monotonic time, in fractions of milliseconds; setting the clock does not move it. */
export const systemTimer: Clock = { now: () => performance.now(), sleep }

async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  const end = performance.now() + ms
  // Again while there is time left: the platform's timers may fire a little early.
  for (let left = ms; left > 0; left = end - performance.now()) {
    await wait(Math.min(Math.ceil(left), LONGEST), undefined, signal === undefined ? {} : { signal }).catch(
      (error: unknown) => {
        throw signal?.aborted === true ? signal.reason : error
      },
    )
  }
  signal?.throwIfAborted()
}
