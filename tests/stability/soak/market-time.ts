import { type Clock, createScaledClock } from '@openpredict/market'

/**
 * The clock of a simulator that runs in another process. Of several answers the quickest is believed, which is late by
 * half of its way at the most.
 */
export async function followClock(url: string, timer: Clock): Promise<Clock> {
  let best: { readonly took: number; readonly clock: Clock } | undefined
  for (let ask = 0; ask < 7; ask++) {
    const asked = timer.now()
    const response = await fetch(`${url}/simulator/clock`)
    const { now, speed } = (await response.json()) as { now: number; speed: number }
    const took = timer.now() - asked
    if (best === undefined || took < best.took) {
      best = { took, clock: createScaledClock(timer, { start: now + (took / 2) * speed, speed }) }
    }
  }
  if (best === undefined) throw new Error(`no clock at ${url}`)
  return best.clock
}
