import { Command } from 'commander'

import { instantOption, jsonOption, mirrorOption, storeOption, symbolsOptions } from '../options.ts'
import type { Action, Services } from '../services.ts'

/** The flags of `backfill`, as commander gives them. */
export interface BackfillFlags {
  readonly from: number
  readonly to?: number
  readonly symbol?: readonly string[]
  readonly instrument?: readonly string[]
  readonly store?: string
  readonly mirror?: string
  readonly source: string
  readonly json?: boolean
}

/** `backfill`: a span of the past into the store. */
export function backfillCommand(services: Services, run: (action: Action) => Promise<void>): Command {
  const command = new Command('backfill')
    .description('ask the source for a span of the past, and compute its features')
    .addOption(instantOption('--from <instant>', 'the first minute').makeOptionMandatory())
    .addOption(instantOption('--to <instant>', 'the end of the minutes (default: now)'))
  for (const option of symbolsOptions()) command.addOption(option)
  return command
    .addOption(storeOption())
    .addOption(mirrorOption())
    .option('--source <source>', 'where bars come from: yahoo, sim, sim:URL or csv:PATH', 'yahoo')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Day by day, each day committed with its features. Days that are complete are not asked for: run it again after an
interruption and it goes on where it stopped. Minutes that the source does not have are recorded as missing.
Yahoo has 1-minute bars of the last 29 days.

Examples:
  $ openpredict backfill --from 2026-11-01
  $ openpredict backfill --from 2026-11-01T14:30Z --to 2026-11-08 --symbol NQ=F --symbol ES=F`,
    )
    .action(async (flags: BackfillFlags) => {
      await run(async () => (await import('./run/backfill.ts')).backfillSpan(flags, services))
    })
}
