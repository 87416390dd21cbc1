import { Writable } from 'node:stream'

import { createManualClock, parseInstant } from '@openpredict/market'
import { expect, it } from 'vitest'

import { runCli } from '../../../cli.ts'
import { createTerminal } from '../../../terminal.ts'

/** Runs a command line here, and gives its exit code with what it said on standard error. */
async function run(
  args: readonly string[],
  store = 'sqlite::memory:',
): Promise<{ readonly code: number; readonly said: string }> {
  let said = ''
  const stream = new Writable({
    write(chunk, _, done) {
      said += String(chunk)
      done()
    },
  })
  const clock = createManualClock(parseInstant('2024-06-05T15:00:00Z'))
  const code = await runCli(args, {
    env: { OPENPREDICT_STORE: store },
    clock,
    timer: clock,
    terminal: createTerminal({ stdout: new Writable(), stderr: stream, env: {} }),
    signal: new AbortController().signal,
    onHangup: () => () => undefined,
    onExit: () => () => undefined,
    onCrash: () => () => undefined,
    host: 'test',
    version: '0.0.0',
  })
  return { code, said }
}

it.each([
  [['--from', '2024-06-05', '--window', '1h'], '--from and --window are given.'],
  [['--as-of', '2024-06-05', '--to', '2024-06-05'], '--as-of is given with --from or --to.'],
  [['--as-of', '2024-06-06'], '--as-of 2024-06-06T00:00:00.000Z lies in the future.'],
  [['--as-of', '2024-01-01', '--fix'], '--as-of and --fix are given'],
  [['--from', '2024-06-05', '--to', '2024-06-05'], 'is empty'],
  [['--from', '2024-06-06'], 'is empty'],
  [['--window', '1y'], 'expected a length of time such as 90s, 15m, 1h, 7d or 2w'],
  [['--window', '0h'], 'expected a length of time such as 90s, 15m, 1h, 7d or 2w'],
])('validate refuses %j', async (args, message) => {
  const { code, said } = await run(['validate', ...args])
  expect(said).toContain(message)
  expect(code).toBe(2)
})

it('validate says where there is no store', async () => {
  const { code, said } = await run(['validate'], 'sqlite:not-here/nothing.sqlite')
  expect(said).toContain('there is nothing to read')
  expect(code).toBe(4)
})
