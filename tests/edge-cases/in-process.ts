import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'

import { type Clock, createScaledClock } from '@openpredict/market'

import { runCli } from '../../apps/cli/src/cli.ts'
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
