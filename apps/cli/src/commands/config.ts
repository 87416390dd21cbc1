import { Command } from 'commander'

import { jsonOption } from '../options.ts'
import type { Action, Services } from '../services.ts'

/** The flags of `config show`, as commander gives them. */
export interface ConfigFlags {
  readonly json?: boolean
}

/** The flags of `config verify`, with the file that `--env-file` names. */
export interface VerifyFlags extends ConfigFlags {
  readonly envFile?: string
  readonly alerts?: string
  readonly report?: string
  readonly benchmark?: string
  readonly backup?: string
  readonly logrotate: string
}

/** `config`: what is configured, and whether it can be right. */
export function configCommand(services: Services, run: (action: Action) => Promise<void>): Command {
  return new Command('config')
    .description('show and check the configuration; secrets are never shown')
    .addCommand(
      new Command('show')
        .description('every setting, its value and where it comes from')
        .addOption(jsonOption())
        .addHelpText(
          'after',
          '\nExamples:\n  $ openpredict config show\n  $ openpredict config show --env-file prod.env',
        )
        .action(async (flags: ConfigFlags) => {
          await run(async () => (await import('./run/config/config.ts')).showConfig(flags, services))
        }),
    )
    .addCommand(
      new Command('verify')
        .description('the production checklist: what the program can check is checked, what people must do is listed')
        .option(
          '--alerts <file>',
          'the rules of alerts: they read well, and their channels are set (default: $ALERTS_FILE)',
        )
        .option('--report <file>', 'the 24-hour report of monitor: success rate, uptime and memory meet the targets')
        .option('--benchmark <file>', 'the report of benchmark: cycle times meet the targets')
        .option('--backup <path>', 'a backup, or the folder that they are in: the newest is whole and of the last day')
        .option('--logrotate <folder>', 'where the rotation of LOG_FILE is configured', '/etc/logrotate.d')
        .addOption(jsonOption())
        .addHelpText('after', VERIFY_HELP)
        .action(async (flags: VerifyFlags, command: Command) => {
          const all = command.optsWithGlobals<VerifyFlags>()
          await run(async () => (await import('./run/config/config.ts')).verifyConfig({ ...flags, ...all }, services))
        }),
    )
    .addHelpText('after', '\nExamples:\n  $ openpredict config show\n  $ openpredict config verify')
}

const VERIFY_HELP = `
Settings, keys and what they may do, rights of the --env-file, encryption, Node.js, store and schema, disk, clocks, log
file and rotation, alerts, backup, the 24-hour report, the benchmark. Ends with 1 when a line that the program checks
fails (✖); lines for people (☐) never fail, and name the command that does it.

Examples:
  $ openpredict config verify --env-file prod.env && openpredict run-loop --env-file prod.env
  $ openpredict config verify --report report_24h.json --benchmark benchmark.json --backup /var/backups/openpredict
  $ openpredict config verify --json | jq '.checks[] | select(.manual)'`
