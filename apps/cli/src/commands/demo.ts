import { Command } from 'commander'

import { countOption } from '../options.ts'
import type { Action, Services } from '../services.ts'

/** The flags of `demo`, as commander gives them. */
export interface DemoFlags {
  readonly seed?: number
}

/** `demo`: everything once, on a made-up market, in a few seconds. */
export function demoCommand(services: Services, run: (action: Action) => Promise<void>): Command {
  return new Command('demo')
    .description('see it work: a made-up market, a cold start, a few live cycles, and what was found')
    .addOption(countOption('--seed <n>', 'which market (default: 7)', 0))
    .addHelpText('after', '\nExamples:\n  $ openpredict demo\n  $ openpredict demo --seed 42')
    .action(async (flags: DemoFlags) => {
      await run(async () => (await import('./run/demo.ts')).demo(flags, services))
    })
}
