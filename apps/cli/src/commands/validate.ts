import { Command } from 'commander'

import { durationOption, instantOption, jsonOption, mirrorOption, storeOption, symbolsOptions } from '../options.ts'
import type { Action, Services } from '../services.ts'

/** The flags of `validate`, as commander gives them. */
export interface ValidateFlags {
  readonly window?: number
  readonly asOf?: number
  readonly from?: number
  readonly to?: number
  readonly symbol?: readonly string[]
  readonly instrument?: readonly string[]
  readonly store?: string
  readonly mirror?: string
  readonly source: string
  readonly fix?: boolean
  readonly recompute?: boolean
  readonly output?: string
  readonly json?: boolean
}

/** `validate`: is what is stored good? */
export function validateCommand(services: Services, run: (action: Action) => Promise<void>): Command {
  const command = new Command('validate')
    .description('check the quality of what is stored')
    .addOption(durationOption('-w, --window <duration>', 'how much to look at, up to now (default: 1h)'))
    .addOption(instantOption('--as-of <instant>', 'judge what was stored then, at that time'))
    .addOption(instantOption('--from <instant>', 'the first minute, in place of --window'))
    .addOption(instantOption('--to <instant>', 'the end of the minutes (default: now)'))
  for (const option of symbolsOptions()) command.addOption(option)
  return command
    .addOption(storeOption())
    .option('--fix', 'ask the source for minutes that are missing, compute features that are wrong, and look again')
    .option('--recompute', 'compute all features again and compare every row')
    .option('--source <source>', 'where missing minutes come from: yahoo, sim, sim:URL or csv:PATH', 'yahoo')
    .addOption(mirrorOption())
    .option('-o, --output <file>', 'write the report as JSON to a file too')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Looks at every open minute (a holiday is no gap), at bars, levels, pivots, events and gaps, at how new everything is,
and at how cycles went. Ends with 0 when no check fails, 1 otherwise; a warning (!) is no failure.

Durations are written as 90s, 15m, 1h, 7d or 2w.

Examples:
  $ openpredict validate
  $ openpredict validate --window 30d --symbol NQ=F --symbol ES=F
  $ openpredict validate --from 2026-11-20T14:30Z --to 2026-11-20T15:30Z --recompute
  $ openpredict validate --as-of 2026-11-20T15:00Z
  $ openpredict validate --window 24h --fix`,
    )
    .action(async (flags: ValidateFlags) => {
      await run(async () => (await import('./run/validate/validate.ts')).validateStore(flags, services))
    })
}
