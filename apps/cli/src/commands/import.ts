import { Command } from 'commander'

import { type CsvFlags, csvOptions } from '../csv-options.ts'
import { jsonOption, mirrorOption, storeOption, symbolOptions } from '../options.ts'
import type { Action, Services } from '../services.ts'

/** The flags of `import`, as commander gives them. */
export interface ImportFlags extends CsvFlags {
  readonly symbol?: string
  readonly instrument?: string
  readonly store?: string
  readonly mirror?: string
  readonly barsOnly?: boolean
  readonly json?: boolean
}

/** `import`: bars from a file into the store, with their features. */
export function importCommand(services: Services, run: (action: Action) => Promise<void>): Command {
  const command = new Command('import')
    .description('put 1-minute bars from a CSV file into the store, and compute their features')
    .argument('<file>', 'CSV, plain or gzipped: timestamp,open,high,low,close,volume')
  for (const option of [...symbolOptions(), ...csvOptions()]) command.addOption(option)
  return command
    .addOption(storeOption())
    .addOption(mirrorOption())
    .option('--bars-only', 'leave the features for later')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ openpredict import bars.csv.gz --symbol NQ=F
  $ openpredict import bars.csv --store sqlite:/data/nq.sqlite
  $ openpredict import chart.csv --timezone America/New_York --stamp close`,
    )
    .action(async (file: string, flags: ImportFlags) => {
      await run(async () => (await import('./run/import.ts')).importFile(file, flags, services))
    })
}
