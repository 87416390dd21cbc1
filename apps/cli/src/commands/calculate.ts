import { Command, Option } from 'commander'

import type { Interval } from '@openpredict/market'

import { type CsvFlags, csvOptions } from '../csv-options.ts'
import { barIntervalOption, instantOption, jsonOption, symbolOptions } from '../options.ts'
import type { Action, Services } from '../services.ts'

/** The flags of `calculate`, as commander gives them. */
export interface CalculateFlags extends CsvFlags {
  readonly input: string
  readonly output?: string
  readonly table?: readonly string[]
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
    .description('compute the features of a file of bars, of any length; no store is touched')
    .requiredOption('-i, --input <file>', 'bars as CSV, plain or gzipped: timestamp,open,high,low,close,volume')
    .option(
      '-o, --output <file>',
      'where the rows go, one JSON object a line; .gz is packed (default: standard output)',
    )
    .addOption(
      new Option('-t, --table <table>', 'rows of this table only; may be repeated (default: all six)').argParser(
        (text: string, before: readonly string[] | undefined) => [...(before ?? []), text],
      ),
    )
  for (const option of [...symbolOptions(), ...csvOptions()]) command.addOption(option)
  return command
    .addOption(barIntervalOption())
    .addOption(instantOption('--from <instant>', 'leave out bars before'))
    .addOption(instantOption('--to <instant>', 'leave out bars from here on, and read no further'))
    .addOption(instantOption('--as-of <instant>', "move the clock past the last bar's close"))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
The tables are reference_levels, fibonacci_pivots, liquidity_events, fvg, hourly_blocks and market_structure. Rows are
in the order in which they became known (confirmed_at), those that are not confirmed yet at the end. Nothing is written
before all of it is computed, and a file that was there stays as it was when anything is wrong. What is wrong with the
input behind --to is not seen.

Examples:
  $ openpredict calculate --input bars.csv.gz --instrument NQ=F --output rows.ndjson.gz
  $ openpredict calculate --input bars.csv --table fvg --table liquidity_events --from 2024-01-01 | head
  $ openpredict calculate --input 5m.csv --interval 5m --to 2024-07-01 --as-of 2024-07-02 --output rows.ndjson`,
    )
    .action(async (flags: CalculateFlags) => {
      await run(async () => (await import('./run/calculate.ts')).calculate(flags, services))
    })
}
