import { createManualClock, createScaledClock } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { Machine, settled } from '../test/machine.ts'
import { type ClockJump, ClockWatch } from './clock-watch.ts'

const HOUR = 3_600_000

function watchOf({ clock, timer }: Machine): ClockWatch {
  return new ClockWatch({ clock, timer, speed: 1 })
}

describe('ClockWatch', () => {
  it('sees nothing while clock and timer move alike, at any speed', () => {
    for (const speed of [0.5, 1, 600]) {
      const timer = createManualClock(0)
      const watch = new ClockWatch({ clock: createScaledClock(timer, { start: 5, speed }), timer, speed })
      for (const ms of [1, 10_000, 17.25, HOUR]) {
        timer.advance(ms)
        expect(watch.look()).toBeUndefined()
      }
    }
  })

  it('tells how far the clock was set, once', () => {
    const machine = new Machine(HOUR)
    const watch = watchOf(machine)
    for (const byMs of [HOUR, -HOUR, 90_000, -3_000]) {
      machine.advance(4_000)
      machine.jump(byMs)
      expect(watch.look()).toEqual({ at: machine.clock.now(), byMs })
      machine.advance(4_000)
      expect(watch.look()).toBeUndefined()
    }
  })

  it('takes what a time server corrects little by little for no jump', () => {
    const machine = new Machine(0)
    const watch = watchOf(machine)
    machine.advance(10_000)
    machine.jump(-999)
    expect(watch.look()).toBeUndefined()
  })

  it('does not take a clock that stands still for one that jumps', () => {
    const timer = createManualClock(0)
    const watch = new ClockWatch({ clock: createManualClock(0), timer, speed: 1 })
    timer.advance(HOUR)
    expect(watch.look()).toBeUndefined()
  })

  it('looks every ten seconds until it is stopped', async () => {
    const machine = new Machine(0)
    const stop = new AbortController()
    const jumps: ClockJump[] = []
    const running = watchOf(machine).run(stop.signal, (jump) => jumps.push(jump))
    machine.jump(HOUR)
    machine.advance(9_999)
    await settled()
    expect(jumps).toEqual([])
    machine.advance(1)
    await settled()
    expect(jumps).toEqual([{ at: HOUR + 10_000, byMs: HOUR }])
    stop.abort()
    await running
    expect(machine.sleepers).toBe(0)
  })
})
