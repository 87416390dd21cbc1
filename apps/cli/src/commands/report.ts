import { Command } from 'commander'

import { countOption, instantOption, jsonOption, durationOption, storeOption, symbolsOptions } from '../options.ts'
import type { Action, Services } from '../services.ts'

const DAY = 86_400_000

/** The flags of `report`, as commander gives them. */
export interface ReportFlags {
  /** In ms. */
  readonly window: number
  readonly asOf?: number
  readonly symbol?: readonly string[]
  readonly instrument?: readonly string[]
  readonly store?: string
  readonly source?: string
  readonly interval?: number
  readonly output?: readonly string[]
  readonly check?: boolean
  readonly json?: boolean
}

/** Adds one more value to those of an option that may be repeated. */
export function repeated(text: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), text]
}

/** `report`: how a collector did, from what it has stored. */
export function reportCommand(services: Services, run: (action: Action) => Promise<void>): Command {
  const command = new Command('report')
    .description('how the collector did over a window: success, times, outages, freshness, resources, each target')
    .addOption(durationOption('--window <duration>', 'how far back, such as 15m, 24h or 7d').default(DAY, '24h'))
    .addOption(instantOption('--as-of <instant>', 'where the window ends (default: now)'))
  for (const option of symbolsOptions('all that were collected in the window')) command.addOption(option)
  return command
    .addOption(storeOption())
    .option('--source <source>', 'of a simulated market: go by its time, sim or sim:URL')
    .addOption(
      countOption(
        '--interval <seconds>',
        'seconds between cycles, as the collector was told (default: $FETCH_INTERVAL_SECONDS or 60)',
      ),
    )
    .option('-o, --output <file>', 'write it to a file too: .json, or .html with charts; may be repeated', repeated)
    .option('--check', 'end with 1 when a target is missed')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Without --symbol, every instrument with cycles in the window is told of. All comes from the store: the collector is not
asked, and need not run. With a remote store, give the local mirror (--store sqlite:FILE) for what was not delivered
yet.

Ends with 0 when the report was made, whatever it says; with --check with 1 when a target is missed or no
cycle is stored.

Examples:
  $ openpredict report
  $ openpredict report --window 7d --output week.html
  $ openpredict report --as-of 2024-06-06T00:00Z -s NQ=F --json
  $ openpredict report --window 1h --check`,
    )
    .action(async (flags: ReportFlags) => {
      await run(async () => (await import('./run/report/report.ts')).report(flags, services))
    })
}
