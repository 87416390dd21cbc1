import { Command } from 'commander'

import { jsonOption, storeOption, symbolOptions } from '../options.ts'
import type { Action, Services } from '../services.ts'

/** The flags of `health`, as commander gives them. */
export interface HealthFlags {
  readonly checkDb?: boolean
  readonly checkYahoo?: boolean
  readonly symbol?: string
  readonly instrument?: string
  readonly store?: string
  readonly source: string
  readonly output?: string
  readonly json?: boolean
}

/** `health`: can this installation collect? */
export function healthCommand(services: Services, run: (action: Action) => Promise<void>): Command {
  const command = new Command('health')
    .description('check that this installation can collect')
    .option('--check-db', 'only the store: open it, compare its schema, write and read back')
    .option('--check-yahoo', 'only the source: fetch the newest bars')
  for (const option of symbolOptions()) command.addOption(option)
  return command
    .addOption(storeOption())
    .option('--source <source>', 'the source to check: yahoo, sim, sim:URL or csv:PATH', 'yahoo')
    .option('-o, --output <file>', 'write the report as JSON to a file too')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Looks at the configuration, Node.js, the store, the disk, what waits for a remote store, the source, and how new the
newest bar is. Ends with 0 when every check is good, 1 otherwise; a warning (!) is no failure.

Examples:
  $ openpredict health
  $ openpredict health --check-db --store sqlite:/data/nq.sqlite
  $ openpredict health --check-yahoo --symbol ES=F --json`,
    )
    .action(async (flags: HealthFlags) => {
      await run(async () => (await import('./run/health/health.ts')).checkHealth(flags, services))
    })
}
