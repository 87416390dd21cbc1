import { Command } from 'commander'

import { countOption, instantOption, jsonOption, storeOption, symbolsOptions } from '../options.ts'
import type { Action, Services } from '../services.ts'

/** The flags of `status`, as commander gives them. */
export interface StatusFlags {
  readonly watch?: boolean
  readonly symbol?: readonly string[]
  readonly instrument?: readonly string[]
  readonly store?: string
  readonly source?: string
  readonly interval: number
  readonly asOf?: number
  readonly json?: boolean
}

/** `status`: one screen that says how everything is. */
export function statusCommand(services: Services, run: (action: Action) => Promise<void>): Command {
  const command = new Command('status')
    .description('how collecting goes and where the market stands, on one screen')
    .option('-w, --watch', 'keep it up to date until q or Ctrl-C')
  for (const option of symbolsOptions()) command.addOption(option)
  return command
    .addOption(storeOption())
    .option('--source <source>', 'of a simulated market: go by its time, sim or sim:URL')
    .addOption(countOption('--interval <seconds>', 'seconds between two looks with --watch').default(1))
    .addOption(instantOption('--as-of <instant>', 'what counts as now, for a copy (default: now)'))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Market hours, the last cycle and its steps, success over an hour and a day, how far the bars have got, cycle times,
missing minutes and bars held back, what waits for a remote store; then the levels nearest to the price and what was
found in this trading day. Times are New York's. Reads only; where rows are delivered to a remote store from here, it
reads the local file.

Keys with --watch: q and Ctrl-C quit, Tab shows the next instrument, Ctrl-Z suspends. Without a terminal, --watch prints
a block each time, with --json a line. Ends with 0 whatever it shows; openpredict health judges.

Examples:
  $ openpredict status
  $ openpredict status --watch --symbol NQ=F --symbol ES=F
  $ openpredict status --store sqlite:/data/nq.sqlite --json | jq '.instruments[0].freshness.lagMs'`,
    )
    .action(async (flags: StatusFlags) => {
      await run(async () => (await import('./run/status/status.ts')).showStatus(flags, services))
    })
}
