import { Command } from 'commander'

import { jsonOption, storeOption } from '../options.ts'
import type { Action, Services } from '../services.ts'
import type * as DatabaseWork from './run/database.ts'

/** The flags of the `db` commands, as commander gives them. */
export interface DatabaseFlags {
  readonly store?: string
  readonly confirm?: boolean
  readonly json?: boolean
}

/** `db`: the store's tables as a whole. */
export function databaseCommand(services: Services, run: (action: Action) => Promise<void>): Command {
  const migrate = sub('migrate', 'create the tables, or bring them up to date').action(async (flags: DatabaseFlags) => {
    await run(async () => (await work()).migrateDatabase(flags, services))
  })
  const status = sub('status', 'the version of the schema and the rows of every table; changes nothing').action(
    async (flags: DatabaseFlags) => {
      await run(async () => (await work()).showDatabase(flags, services))
    },
  )
  const reset = sub('reset', 'delete every row of every table')
    .option('--confirm', 'really do it; without it nothing is deleted')
    .action(async (flags: DatabaseFlags) => {
      await run(async () => (await work()).resetDatabase(flags, services))
    })
  const backup = sub('backup', 'write a copy while others go on reading and writing', ' backup.sqlite')
    .argument('<file>', 'a file that does not exist yet')
    .action(async (file: string, flags: DatabaseFlags) => {
      await run(async () => (await work()).backUpDatabase(file, flags, services))
    })
  const command = new Command('db').description('create, look at, copy and empty the store')
  for (const child of [migrate, status, reset, backup]) command.addCommand(child)
  return command.addHelpText('after', '\nExamples:\n  $ openpredict db status\n  $ openpredict db backup nq.sqlite')
}

/** Loaded when one of the commands runs. */
async function work(): Promise<typeof DatabaseWork> {
  return await import('./run/database.ts')
}

function sub(name: string, description: string, argument = ''): Command {
  const confirm = name === 'reset' ? ' --confirm' : ''
  return new Command(name)
    .description(description)
    .addOption(storeOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `\nExamples:\n  $ openpredict db ${name}${argument}${confirm}\n  $ openpredict db ${name}${argument}${confirm} --store sqlite:/data/nq.sqlite`,
    )
}
