import { createManualClock, instrumentOf, type ManualClock } from '@openpredict/market'
import { beforeEach, describe, expect, it } from 'vitest'

import { Machine, reportOf, settled } from '../test/machine.ts'
import type { CycleReport } from './cycle-report.ts'
import { type Turn, Turns, type TurnsOptions } from './turns.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const instrument = instrumentOf('NQ=F')
const LIMITED = { category: 'network', code: 'rate-limited', message: '', hint: '' } as const

let clock: ManualClock
let events: string[]
beforeEach(() => {
  clock = createManualClock(0)
  events = []
})

function turnsOf(instruments: number, options: Partial<TurnsOptions> = {}): Turns {
  return new Turns({
    clock,
    instruments,
    concurrency: 4,
    intervalMs: MINUTE,
    deadlineMs: 8 * SECOND,
    onHold: ({ until }) => events.push(`${clock.now() / SECOND} held until ${until / SECOND}`),
    onRelease: () => events.push(`${clock.now() / SECOND} released`),
    ...options,
  })
}

/** Every instrument takes one turn, for as long as `durationOf` says; when each began, in seconds. */
async function round(
  turns: Turns,
  instruments: number,
  durationOf: (n: number) => number,
): Promise<{ readonly begun: readonly number[]; readonly most: number; readonly endedAt: number }> {
  const begun: number[] = []
  let running = 0
  let most = 0
  let ended = 0
  const run = async (n: number): Promise<void> => {
    const turn = await turns.take()
    begun[n] = clock.now() / SECOND
    most = Math.max(most, ++running)
    await clock.sleep(durationOf(n))
    running--
    ended++
    turn?.end()
  }
  for (let n = 0; n < instruments; n++) void run(n)
  for (let passed = 0; ended < instruments; passed += 50) {
    if (passed > 10 * MINUTE) throw new Error(`${instruments - ended} have not had their turn`)
    await settled()
    clock.advance(50)
  }
  return { begun, most, endedAt: clock.now() }
}

describe('Turns', () => {
  it('lets a single instrument start whenever it wants', async () => {
    const turns = turnsOf(1)
    for (let n = 0; n < 3; n++) (await turns.take())?.end()
    expect(clock.sleepers).toBe(0)
  })

  it('lets few start half a second apart, in the order in which they came', async () => {
    const { begun } = await round(turnsOf(4), 4, () => 100)
    expect(begun).toEqual([0, 0.5, 1, 1.5])
  })

  it('spreads many over three quarters of the interval', async () => {
    const { begun } = await round(turnsOf(100), 100, () => 100)
    expect(begun).toEqual(Array.from({ length: 100 }, (_, n) => (n * 450) / SECOND))
  })

  it('lets so many run at once, and the next as soon as one has ended', async () => {
    const { begun, most } = await round(turnsOf(10, { concurrency: 2 }), 10, () => 1_500)
    expect(most).toBe(2)
    expect(begun).toEqual([0, 0.5, 1.5, 2, 3, 3.5, 4.5, 5, 6, 6.5])
  })

  it('has a turn for each of a hundred within three quarters of a minute though every one hangs', async () => {
    const { begun, most, endedAt } = await round(turnsOf(100), 100, () => 8 * SECOND)
    expect(Math.max(...begun)).toBeLessThanOrEqual(46)
    expect(most).toBeLessThanOrEqual(22)
    expect(endedAt).toBeLessThan(MINUTE)
  })

  it('lets some that hang delay the others by no more than the place that they keep for a moment', async () => {
    const { begun } = await round(turnsOf(100), 100, (n) => (n % 5 === 0 ? 8 * SECOND : 100))
    for (const [n, time] of begun.entries()) expect(time - n * 0.45).toBeLessThanOrEqual(1.8)
  })

  it('never lets more run beside each other than can hang within a minute', async () => {
    const { most } = await round(turnsOf(60), 60, () => 2 * MINUTE)
    expect(most).toBe(4 + 11)
  })
})

describe('Turns of a source that is to be left in peace', () => {
  const refused = (startedAt: number): CycleReport =>
    reportOf({ instrument, status: 'failed', failedStep: 'fetch', startedAt, failure: LIMITED })
  const answered = (startedAt: number): CycleReport => reportOf({ instrument, status: 'success', startedAt })

  /** Turns as they are given, with the second in which they were. */
  function takers(turns: Turns, count: number): { readonly at: number; readonly turn: Turn }[] {
    const given: { at: number; turn: Turn }[] = []
    for (let n = 0; n < count; n++) {
      void turns.take().then((turn) => turn && given.push({ at: clock.now() / SECOND, turn }))
    }
    return given
  }

  async function pass(seconds: number): Promise<void> {
    for (let n = 0; n < seconds * 2; n++) {
      await settled()
      clock.advance(500)
    }
    await settled()
  }

  it('keeps all waiting, lets one ask alone and the others follow it', async () => {
    const turns = turnsOf(4)
    const given = takers(turns, 1)
    await settled()
    given[0]?.turn.end(refused(0))
    const later = takers(turns, 3)
    await pass(90)
    expect(later.map(({ at }) => at)).toEqual([60])
    later[0]?.turn.end(answered(60 * SECOND))
    await pass(2)
    expect(later.map(({ at }) => at)).toEqual([60, 90, 90.5])
    expect(events).toEqual(['0 held until 60', '90 released'])
  })

  it('goes on waiting when the one that asked was refused again, twice as long', async () => {
    const turns = turnsOf(4)
    const given = takers(turns, 1)
    await settled()
    given[0]?.turn.end(refused(0))
    const later = takers(turns, 2)
    await pass(60)
    later[0]?.turn.end(refused(60 * SECOND))
    await pass(120)
    expect(later.map(({ at }) => at)).toEqual([60, 180])
    expect(events).toEqual(['0 held until 60', '60 held until 180'])
  })

  it('lets another ask when the one that asks has hung for an interval', async () => {
    const turns = turnsOf(4)
    const given = takers(turns, 1)
    await settled()
    given[0]?.turn.end(refused(0))
    const later = takers(turns, 3)
    await pass(180)
    expect(later.map(({ at }) => at)).toEqual([60, 120, 180])
  })

  it('waits no hour longer when the clock is set back by one', async () => {
    const machine = new Machine(0)
    const turns = turnsOf(2, { clock: machine.clock })
    const given = takers(turns, 1)
    await settled()
    given[0]?.turn.end(refused(0))
    let asked = false
    void turns.take().then(() => (asked = true))
    await machine.pass(10 * SECOND)
    machine.jump(-60 * MINUTE)
    turns.shift(-60 * MINUTE)
    await machine.pass(49 * SECOND)
    expect(asked).toBe(false)
    await machine.pass(SECOND)
    expect(asked).toBe(true)
  })

  it('waits no longer than has passed when the clock is set forward', async () => {
    const machine = new Machine(0)
    const turns = turnsOf(2, { clock: machine.clock })
    const given = takers(turns, 1)
    await settled()
    given[0]?.turn.end(refused(0))
    let asked = false
    void turns.take().then(() => (asked = true))
    await machine.pass(10 * SECOND)
    machine.jump(60 * MINUTE)
    turns.lookAgain()
    await settled()
    expect(asked).toBe(true)
  })

  it('sends all away at the end, and leaves nothing that waits', async () => {
    const turns = turnsOf(10)
    const given = takers(turns, 1)
    await settled()
    given[0]?.turn.end(refused(0))
    const waiting = [turns.take(), turns.take()]
    await pass(2)
    expect(clock.sleepers).toBe(1)
    turns.end()
    expect(await Promise.all(waiting)).toEqual([undefined, undefined])
    expect(await turns.take()).toBeUndefined()
    await settled()
    expect(clock.sleepers).toBe(0)
  })
})
