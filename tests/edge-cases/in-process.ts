import { PassThrough, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'

import { type Clock, createScaledClock } from '@openpredict/market'

import { runCli } from '../../apps/cli/src/cli.ts'
import { createTerminal } from '../../apps/cli/src/terminal.ts'
import { testServices } from '../../apps/cli/test/services.ts'
import { timer } from '../e2e/world.ts'

/** What a command line left behind. */
export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Real time, several times as fast: pauses and deadlines are as many times shorter. */
export function quickTimer(speed: number): Clock {
  return createScaledClock(timer, { start: 0, speed })
}

/**
 * Runs `openpredict ARGS` within this process: the same as a process of its own but for the environment, which is empty
 * unless it is given, and the time that it takes to start. Durations are those of `own`, too, unless another clock is
 * given for them.
 */
export async function openpredict(
  args: readonly string[],
  own: Clock,
  env: Readonly<Record<string, string>> = {},
  durations: Clock = own,
): Promise<Ended> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const code = await runCli(args, { ...testServices({ clock: own, env, stdout, stderr }), timer: durations })
  stdout.end()
  stderr.end()
  return { code, stdout: await text(stdout), stderr: await text(stderr) }
}

/** What somebody sees, and the exit code. */
export interface Seen {
  readonly code: number
  readonly screen: string
}

/** Where a command line is typed. */
export interface Typed {
  readonly clock: Clock
  readonly timer: Clock
  readonly env: Readonly<Record<string, string>>
  /** How wide the terminal is. */
  readonly columns: number
}

/** Runs `openpredict ARGS` as `openpredict` does, before a terminal without colours: results and talk in their order. */
export async function openpredictSeen(
  args: readonly string[],
  { clock, timer: durations, env, columns }: Typed,
): Promise<Seen> {
  let screen = ''
  const stream = (): Writable =>
    new Writable({
      decodeStrings: false,
      write(piece: string, _, done) {
        screen += piece
        done()
      },
    })
  const terminal = createTerminal({
    stdout: Object.assign(stream(), { isTTY: true, columns }),
    // No spinner: what it draws is gone when a command has ended.
    stderr: stream(),
    env: { NO_COLOR: '1' },
  })
  const code = await runCli(args, { ...testServices({ clock, env }), timer: durations, terminal })
  return { code, screen }
}
