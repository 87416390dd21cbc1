import { Command } from 'commander'

import type { Interval } from '@openpredict/market'

import { type CsvFlags, csvOptions } from '../csv-options.ts'
import { barIntervalOption, instantOption, jsonOption, symbolOptions } from '../options.ts'
import type { Action, Services } from '../services.ts'

/** The flags of `calculate`, as commander gives them. */
export interface CalculateFlags extends CsvFlags {
  readonly input: string
  readonly output?: string
  readonly symbol?: string
  readonly instrument?: string
  readonly interval: Interval
  readonly from?: number
  readonly to?: number
  readonly asOf?: number
  readonly json?: boolean
}

/** `calculate`: bars in, rows out, no store. */
export function calculateCommand(services: Services, run: (action: Action) => Promise<void>): Command {
  const command = new Command('calculate')
    .description('compute the features of a file of bars; no store is touched')
    .requiredOption('-i, --input <file>', 'bars as CSV, plain or gzipped: timestamp,open,high,low,close,volume')
    .option('-o, --output <file>', 'where the rows go, one JSON object a line (default: standard output)')
  for (const option of [...symbolOptions(), ...csvOptions()]) command.addOption(option)
  return command
    .addOption(barIntervalOption())
    .addOption(instantOption('--from <instant>', 'leave out bars before'))
    .addOption(instantOption('--to <instant>', 'leave out bars from here on'))
    .addOption(instantOption('--as-of <instant>', "move the clock past the last bar's close"))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ openpredict calculate --input bars.csv.gz --instrument NQ=F --output rows.ndjson
  $ openpredict calculate --input 5m.csv --interval 5m --from 2024-01-01 | head`,
    )
    .action(async (flags: CalculateFlags) => {
      await run(async () => (await import('./run/calculate.ts')).calculate(flags, services))
    })
}
