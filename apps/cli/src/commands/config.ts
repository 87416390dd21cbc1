import { Command } from 'commander'

import { jsonOption } from '../options.ts'
import type { Action, Services } from '../services.ts'

/** The flags of `config show` and `config verify`, as commander gives them. */
export interface ConfigFlags {
  readonly json?: boolean
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
          await run(async () => (await import('./run/config.ts')).showConfig(flags, services))
        }),
    )
    .addCommand(
      new Command('verify')
        .description('whether this installation is ready to collect: settings, store, disk')
        .addOption(jsonOption())
        .addHelpText('after', '\nExamples:\n  $ openpredict config verify --env-file prod.env && openpredict run-loop')
        .action(async (flags: ConfigFlags) => {
          await run(async () => (await import('./run/config.ts')).verifyConfig(flags, services))
        }),
    )
    .addHelpText('after', '\nExamples:\n  $ openpredict config show\n  $ openpredict config verify')
}
