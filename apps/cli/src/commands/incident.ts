import { Command, Option } from 'commander'

import { durationOption, instantOption, jsonOption, storeOption, symbolsOptions } from '../options.ts'
import type { Action, Services } from '../services.ts'

/** As in `@openpredict/monitor`, which is loaded when it is needed. */
const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const

/** The flags of `incident create`, as commander gives them. */
export interface IncidentFlags {
  readonly severity: (typeof SEVERITIES)[number]
  /** ms */
  readonly window: number
  readonly asOf?: number
  readonly title?: string
  readonly symbol?: readonly string[]
  readonly instrument?: readonly string[]
  readonly store?: string
  readonly source?: string
  readonly output?: string
  readonly json?: boolean
}

const TWO_HOURS = 7_200_000

/** `incident`: what went wrong, written down. */
export function incidentCommand(services: Services, run: (action: Action) => Promise<void>): Command {
  const create = new Command('create')
    .description('write an incident report in Markdown, with the facts of a window filled in')
    .addOption(new Option('--severity <severity>', 'how bad it is').choices(SEVERITIES).makeOptionMandatory())
    .addOption(durationOption('--window <duration>', 'how far back it looks').default(TWO_HOURS, '2h'))
    .addOption(instantOption('--as-of <instant>', 'the end of the window (default: now)'))
    .option('--title <text>', 'its heading (default: the end of the window)')
  for (const option of symbolsOptions('all that were collected in the window')) create.addOption(option)
  create
    .addOption(storeOption())
    .option('--source <source>', 'of a simulated market: go by its time, sim or sim:URL')
    .option('-o, --output <file>', 'where it is written; a file that is there is replaced (default: standard output)')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Outages, errors by kind with first and last, cycles, minutes without a bar, data quality, restarts, versions and a
timeline, of the instruments that were collected in the window unless --symbol names some. What only people know, such
as impact, cause and actions, is marked with **TODO**. Secrets are taken out. With --json, the facts as JSON.

Examples:
  $ openpredict incident create --severity critical --output incident.md
  $ openpredict incident create --severity high --window 6h --as-of 2026-11-20T15:00Z --title 'Yahoo away'
  $ openpredict incident create --severity low --json | jq '.timeline'`,
    )
    .action(async (flags: IncidentFlags) => {
      await run(async () => (await import('./run/incident.ts')).createIncident(flags, services))
    })
  return new Command('incident')
    .description('write down what went wrong')
    .addCommand(create)
    .addHelpText('after', '\nExamples:\n  $ openpredict incident create --severity critical --output incident.md')
}
