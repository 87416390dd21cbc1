import { type Interval, intervalMs } from '@openpredict/market'

import { FetchError } from '../errors.ts'

/** A stretch of time `[from, to)` on an interval's grid, epoch ms. */
export interface GridWindow {
  readonly from: number
  readonly to: number
}

/** The grid points in `[from, to)`: the first of them, and the first after them. Throws when there are none. */
export function gridWindow(from: number, to: number, interval: Interval, subject: string): GridWindow {
  const step = intervalMs(interval)
  const window = { from: Math.ceil(from / step) * step, to: Math.ceil(to / step) * step }
  // Written so that ends that are not numbers fail.
  if (!(Number.isSafeInteger(window.from) && Number.isSafeInteger(window.to) && window.from < window.to)) {
    throw new FetchError({ kind: 'invalid-window', from, to }, { subject })
  }
  return window
}
