import { PassThrough } from 'node:stream'

import type { Clock } from '@openpredict/market'

import type { Services } from '../src/services.ts'
import { createTerminal } from '../src/terminal.ts'

/** What a command is given in a test: streams to read from, an environment of its own, and nobody who stops it. */
export function testServices({
  clock,
  env = {},
  stdout = new PassThrough(),
  stderr = new PassThrough(),
}: {
  readonly clock: Clock
  readonly env?: Readonly<Record<string, string>>
  readonly stdout?: PassThrough
  readonly stderr?: PassThrough
}): Services {
  return {
    env,
    envFile: new Set(),
    clock,
    timer: clock,
    terminal: createTerminal({ stdout, stderr, env: { NO_COLOR: '1' } }),
    signal: new AbortController().signal,
    onHangup: () => () => undefined,
    onExit: () => () => undefined,
    onCrash: () => () => undefined,
    host: 'test',
    version: '0',
  }
}
