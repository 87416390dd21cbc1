import { setTimeout as wait } from 'node:timers/promises'

import type { Clock } from '@openpredict/market'

/** The machine's own time, for deadlines of real input and output. */
export const realTimer: Clock = {
  now: () => performance.now(),
  sleep: (ms, signal) => wait(ms, undefined, { signal }),
}
