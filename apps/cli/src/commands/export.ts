import { Command, Option } from 'commander'

import { instantOption, jsonOption, storeOption, symbolOptions } from '../options.ts'
import type { Action, Services } from '../services.ts'

/** The formats that `export` writes. */
export const FORMATS = ['csv', 'json', 'ndjson', 'xlsx', 'parquet'] as const

/** The flags of `export`, as commander gives them. */
export interface ExportFlags {
  readonly table: string
  readonly symbol?: string
  readonly instrument?: string
  readonly store?: string
  readonly from?: number
  readonly to?: number
  readonly format?: (typeof FORMATS)[number]
  readonly output?: string
  readonly json?: boolean
}

/** `export`: rows out of the store, in key order. */
export function exportCommand(services: Services, run: (action: Action) => Promise<void>): Command {
  const command = new Command('export')
    .description('write the rows of a table to a file, in the order of their keys')
    .requiredOption('-t, --table <table>', 'ohlc_data, reference_levels, fibonacci_pivots, …')
  for (const option of symbolOptions()) command.addOption(option)
  return command
    .addOption(storeOption())
    .addOption(instantOption('--from <instant>', 'rows at or after'))
    .addOption(instantOption('--to <instant>', 'rows before'))
    .addOption(
      new Option('-f, --format <format>', 'how to write them (default: by the ending of --output, else csv)').choices(
        FORMATS,
      ),
    )
    .option('-o, --output <file>', 'where they go (default: standard output)')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
ohlc_data as CSV has the columns that import reads. Text formats are packed when the file ends in .gz.
error_log is written whole without --symbol: some of its rows are about no instrument.
xlsx and parquet go to a file, or to standard output that is not a terminal. Times are UTC.

Examples:
  $ openpredict export --table ohlc_data --symbol NQ=F --output bars.csv
  $ openpredict export --table reference_levels --from 2024-01-02 --format ndjson
  $ openpredict export --table fvg --output fvg.xlsx
  $ openpredict export --table ohlc_data --output bars.parquet`,
    )
    .action(async (flags: ExportFlags) => {
      await run(async () => (await import('./run/export.ts')).exportTable(flags, services))
    })
}
