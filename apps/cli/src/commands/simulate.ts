import { Command } from 'commander'

import { countOption, instantOption, jsonOption, positiveOption, symbolsOptions } from '../options.ts'
import type { Action, Services } from '../services.ts'

/** The flags of `simulate`, as commander gives them. */
export interface SimulateFlags {
  readonly port?: number
  readonly seed?: number
  readonly speed?: number
  readonly start?: number
  readonly symbol?: readonly string[]
  readonly instrument?: readonly string[]
  readonly json?: boolean
}

/** `simulate`: a made-up market behind Yahoo's protocol. */
export function simulateCommand(services: Services, run: (action: Action) => Promise<void>): Command {
  const command = new Command('simulate').description(
    "serve a made-up market with Yahoo's protocol on this machine, until stopped",
  )
  for (const option of symbolsOptions()) command.addOption(option)
  return command
    .addOption(countOption('--port <port>', 'where to listen on 127.0.0.1 (default: 8787; 0: any free port)', 0))
    .addOption(countOption('--seed <n>', 'which market: the same seed gives the same bars (default: 1)', 0))
    .addOption(positiveOption('--speed <x>', 'how many times as fast as real time (default: 1)'))
    .addOption(instantOption('--start <instant>', 'what time it is there at the start (default: now)'))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ openpredict simulate
  $ openpredict simulate --speed 60 --start 2024-06-05T14:00:00Z
  $ openpredict collect --loop --source sim       (in another terminal)`,
    )
    .action(async (flags: SimulateFlags) => {
      await run(async () => (await import('./run/simulate.ts')).simulate(flags, services))
    })
}
