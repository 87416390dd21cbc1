import { Command, Option } from 'commander'

import { jsonOption, mirrorOption, storeOption, symbolsOptions } from '../options.ts'
import type { Action, Services } from '../services.ts'
import type * as AlertsWork from './run/alerts/alerts.ts'

/** The flags of the `alerts` commands, as commander gives them. */
export interface AlertsFlags {
  readonly config?: string
  readonly json?: boolean
}

/** The flags of `alerts check`. */
export interface CheckAlertsFlags extends AlertsFlags {
  readonly store?: string
  readonly mirror?: string
  readonly symbol?: readonly string[]
  readonly instrument?: readonly string[]
  readonly interval?: number
  readonly source?: string
}

/** The flags of `alerts export`. */
export interface ExportAlertsFlags extends AlertsFlags {
  readonly format: 'prometheus'
  readonly job: string
  readonly output?: string
}

/** The flags of `alerts acknowledge`. */
export interface AcknowledgeFlags extends AlertsFlags {
  readonly store?: string
  readonly mirror?: string
  readonly symbol?: string
}

/** `alerts`: the rules of alerts, whether they hold now, and whether people can be told. */
export function alertsCommand(services: Services, run: (action: Action) => Promise<void>): Command {
  const command = new Command('alerts').description('the rules of alerts: see, judge, try, export and acknowledge them')
  const children = [
    sub('list', 'every rule with its window and channels, and which channels are configured', [
      '',
      ' --config deploy/alerts.yaml',
    ]).action(async (flags: AlertsFlags) => {
      await run(async () => (await work()).listAlerts(flags, services))
    }),
    checkCommand(services, run),
    sub('test', 'send a notification that is marked as a test over the channels of a rule', [
      ' agent1_down',
      ' slow_execution --config deploy/alerts.yaml',
    ])
      .argument('<name>', 'the name of a rule')
      .addHelpText('after', '\nEnds with 0 when every channel of the rule took it, 1 otherwise.')
      .action(async (name: string, flags: AlertsFlags) => {
        await run(async () => (await work()).testAlert(name, flags, services))
      }),
    sub('export', 'write the rules for Prometheus, in the names that run-loop --metrics-port serves', [
      ' --format prometheus',
      ' --format prometheus --output openpredict-rules.yml',
    ])
      .addOption(new Option('--format <format>', 'what to write').choices(['prometheus']).default('prometheus'))
      .option('--job <name>', 'the name of the scrape job', 'openpredict')
      .option('-o, --output <file>', 'write to a file')
      .action(async (flags: ExportAlertsFlags) => {
        await run(async () => (await work()).exportAlerts(flags, services))
      }),
    sub('acknowledge', 'say that somebody looks after an alert that fires: it is not told again, nor escalated', [
      ' data_staleness',
      ' data_staleness --symbol NQ=F',
    ])
      .alias('ack')
      .argument('<name>', 'the name of a rule')
      .option('-s, --symbol <symbol>', 'only of this instrument')
      .addOption(storeOption())
      .addOption(mirrorOption())
      .action(async (name: string, flags: AcknowledgeFlags) => {
        await run(async () => (await work()).acknowledgeAlert(name, flags, services))
      }),
  ]
  for (const child of children) command.addCommand(child)
  return command.addHelpText(
    'after',
    `
The rules are those of --config or $ALERTS_FILE, or else the usual ones. Channels are configured by $SLACK_WEBHOOK_URL,
$SLACK_ONCALL_WEBHOOK_URL, $PAGERDUTY_ROUTING_KEY and $ALERT_WEBHOOK_URL, or in the file.

Examples:
  $ openpredict alerts list
  $ openpredict alerts check --store sqlite:/data/nq.sqlite
  $ openpredict alerts test agent1_down`,
  )
}

function checkCommand(services: Services, run: (action: Action) => Promise<void>): Command {
  const command = sub('check', 'judge every rule now, by what the store knows', [
    '',
    ' --store sqlite:/data/nq.sqlite --json',
  ])
  for (const option of symbolsOptions('$INSTRUMENT, or all that were collected in the last day'))
    command.addOption(option)
  return command
    .addOption(storeOption())
    .addOption(mirrorOption())
    .option('--source <source>', 'of a simulated market: go by its time, sim or sim:URL')
    .addHelpText(
      'after',
      `
Nobody is told and nothing is changed. Ends with 0 when nothing fires, 1 when something does. A rule without data is
shown as unknown and does not fire.`,
    )
    .action(async (flags: CheckAlertsFlags) => {
      await run(async () => (await import('./run/alerts/alerts-check.ts')).checkAlerts(flags, services))
    })
}

/** Loaded when one of the commands runs. */
async function work(): Promise<typeof AlertsWork> {
  return await import('./run/alerts/alerts.ts')
}

function sub(name: string, description: string, examples: readonly string[]): Command {
  const lines = examples.map((rest) => `  $ openpredict alerts ${name}${rest}`)
  return new Command(name)
    .description(description)
    .option('--config <file>', 'a file of rules, in YAML (default: $ALERTS_FILE, or the usual rules)')
    .addOption(jsonOption())
    .addHelpText('after', `\nExamples:\n${lines.join('\n')}`)
}
