import type { Clock } from '@openpredict/market'

import type { Stretch } from './plan.ts'

const BEAT_MS = 100
/** Real time that a beat is late by when the machine has not let this process run. */
const LATE_MS = 700

/**
 * Notes, until the signal is aborted, when the machine was too busy to let a process that wants nothing else wake in
 * time: processes beside it waited as long, and their deadlines of real seconds did not.
 */
export async function noteStalls(
  { clock, timer, signal }: { readonly clock: Clock; readonly timer: Clock; readonly signal: AbortSignal },
  stalls: Stretch[],
): Promise<void> {
  while (!signal.aborted) {
    const [from, began] = [clock.now(), timer.now()]
    await timer.sleep(BEAT_MS, signal).catch(() => undefined)
    if (timer.now() - began > BEAT_MS + LATE_MS) stalls.push({ from, to: clock.now() })
  }
}
