import { Command } from 'commander'

import { jsonOption } from '../options.ts'
import type { Action, Services } from '../services.ts'

/** The flags of `analyze`, as commander gives them. */
export interface AnalyzeFlags {
  readonly json?: boolean
}

/** `analyze`: judges a saved report. */
export function analyzeCommand(services: Services, run: (action: Action) => Promise<void>): Command {
  return new Command('analyze')
    .description('judge a saved report, of benchmark or monitor, by the targets')
    .argument('<file>', 'a report in JSON')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ openpredict analyze benchmark.json
  $ openpredict analyze report_24h.json --json

Exit code 0 when every target that was measured is met, else 1.`,
    )
    .action(async (file: string, flags: AnalyzeFlags) => {
      await run(async () => (await import('./run/report/analyze.ts')).analyze(file, flags, services))
    })
}
