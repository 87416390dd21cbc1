import { Command } from 'commander'

import { countOption, jsonOption, durationOption, storeOption, symbolsOptions } from '../options.ts'
import type { Action, Services } from '../services.ts'
import { repeated } from './report.ts'

const DAY = 86_400_000

/** The flags of `monitor`, as commander gives them. */
export interface MonitorFlags {
  /** In ms. */
  readonly duration: number
  readonly interval?: number
  readonly symbol?: readonly string[]
  readonly instrument?: readonly string[]
  readonly store?: string
  readonly source?: string
  readonly metrics?: string
  readonly alerting?: boolean
  readonly alerts?: string
  readonly output?: readonly string[]
  readonly json?: boolean
}

/** `monitor`: watches a collector that runs, and reports on it. */
export function monitorCommand(services: Services, run: (action: Action) => Promise<void>): Command {
  const command = new Command('monitor')
    .description('watch a running collector from outside, and report on it at the end')
    .addOption(durationOption('--duration <duration>', 'how long, such as 15m or 24h').default(DAY, '24h'))
    .addOption(
      countOption(
        '--interval <seconds>',
        'seconds between looks, and between cycles as the collector was told (default: $FETCH_INTERVAL_SECONDS or 60)',
      ),
    )
  for (const option of symbolsOptions('all that were collected meanwhile')) command.addOption(option)
  return command
    .addOption(storeOption())
    .option('--source <source>', 'of a simulated market: go by its time, sim or sim:URL')
    .option('--metrics <url>', "the collector's metrics or health page, asked at every look")
    .option('--alerting', 'judge the alert rules meanwhile, and tell of them')
    .option('--alerts <file>', 'the same, with the rules of a YAML file (default: $ALERTS_FILE, or the usual rules)')
    .option('-o, --output <file>', 'write the report to a file: .json, or .html with charts; may be repeated', repeated)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Reads the store at every interval and tells of new cycles, failures, and a process that is down: no cycle for more than
two intervals, or no good answer of --metrics. Ctrl-C ends it early, with the report of what it saw.

Ends with 1 when a target is missed, or no cycle was seen. Up to an hour it is the check after a deploy, and ends with 1
unless every cycle took less than 8 s, none failed, and data was written.

Examples:
  $ openpredict monitor --duration 24h --output report_24h.json --output report_24h.html
  $ openpredict monitor --duration 15m --alerting
  $ openpredict monitor --duration 1h --metrics http://127.0.0.1:9464/healthz
  $ openpredict analyze report_24h.json`,
    )
    .action(async (flags: MonitorFlags) => {
      await run(async () => (await import('./run/monitor/monitor.ts')).monitor(flags, services))
    })
}
