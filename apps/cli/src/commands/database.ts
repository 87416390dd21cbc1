import { Command } from 'commander'

import { ageOption, jsonOption, storeOption } from '../options.ts'
import type { Action, Services } from '../services.ts'
import type * as DatabaseWork from './run/database/database.ts'

/** The flags of the `db` commands, as commander gives them. */
export interface DatabaseFlags {
  readonly store?: string
  readonly confirm?: boolean
  readonly json?: boolean
}

/** The flags of `db prune`. */
export interface PruneFlags extends DatabaseFlags {
  /** The least age of what goes, ms. */
  readonly olderThan: number
}

/** The flags of `db copy`. */
export interface CopyFlags {
  readonly from: string
  readonly to: string
  readonly json?: boolean
}

/** Rows of these last days are always kept: the levels of a month need its bars. */
const KEPT_DAYS = 40

/** `db`: the store's tables as a whole. */
export function databaseCommand(services: Services, run: (action: Action) => Promise<void>): Command {
  const migrate = sub('migrate', 'create the tables, or bring them up to date', ['', ' --store sqlite:/data/nq.sqlite'])
    .addHelpText('after', MIGRATE_HELP)
    .action(async (flags: DatabaseFlags) => {
      await run(async () => (await import('./run/database/migrate-database.ts')).migrateDatabase(flags, services))
    })
  const status = sub('status', 'the version of the schema and the rows of every table; changes nothing', [
    '',
    ' --store sqlite:/data/nq.sqlite',
  ]).action(async (flags: DatabaseFlags) => {
    await run(async () => (await work()).showDatabase(flags, services))
  })
  const reset = sub('reset', 'delete every row of every table', [' --confirm'])
    .option('--confirm', 'really do it; without it nothing is deleted')
    .action(async (flags: DatabaseFlags) => {
      await run(async () => (await work()).resetDatabase(flags, services))
    })
  const backup = sub('backup', 'write a copy while others go on reading and writing (SQLite)', [' backup.sqlite'])
    .argument('<file>', 'a file that does not exist yet')
    .action(async (file: string, flags: DatabaseFlags) => {
      await run(async () => (await work()).backUpDatabase(file, flags, services))
    })
  const prune = sub('prune', 'delete rows that are older than an age', [
    ' --older-than 400d',
    ' --older-than 400d --confirm',
  ])
    .addOption(
      ageOption(
        '--older-than <age>',
        `days or weeks, such as 400d or 60w; at least ${KEPT_DAYS}d`,
        KEPT_DAYS,
      ).makeOptionMandatory(),
    )
    .option('--confirm', 'really do it; without it nothing is deleted, and what would be is counted')
    .action(async (flags: PruneFlags) => {
      await run(async () => (await import('./run/database/prune-database.ts')).pruneDatabase(flags, services))
    })
  const copy = copyCommand(async (flags) => {
    await run(async () => (await import('./run/database/copy-database.ts')).copyDatabase(flags, services))
  })
  const command = new Command('db').description('create, look at, copy, prune and empty the store')
  for (const child of [migrate, status, reset, backup, copy, prune]) command.addCommand(child)
  return command.addHelpText('after', '\nExamples:\n  $ openpredict db status\n  $ openpredict db backup nq.sqlite')
}

const MIGRATE_HELP = `
The tables of a Supabase project are made over DATABASE_URL. Without it, what is to be pasted into the SQL editor of the
project goes to standard output, and the exit code is 1 until that was done.`

function copyCommand(act: (flags: CopyFlags) => Promise<void>): Command {
  return new Command('copy')
    .description('copy everything from one store to another, and compare both afterwards')
    .requiredOption('--from <url>', 'the store that is read')
    .requiredOption('--to <url>', 'the store that is written; what it has newer, or alone, is kept')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Only what differs is written: a copy that was interrupted goes on when it is started again. Supabase projects are opened
with SUPABASE_KEY. Ends with 0 when the second store has everything of the first, 1 otherwise.

Examples:
  $ openpredict db copy --from sqlite:openpredict.sqlite --to postgres://me:secret@localhost/market
  $ openpredict db copy --from "$DATABASE_URL" --to sqlite:/data/nq.sqlite --json`,
    )
    .action(act)
}

/** Loaded when one of the commands runs. */
async function work(): Promise<typeof DatabaseWork> {
  return await import('./run/database/database.ts')
}

function sub(name: string, description: string, examples: readonly string[]): Command {
  const lines = examples.map((rest) => `  $ openpredict db ${name}${rest}`)
  return new Command(name)
    .description(description)
    .addOption(storeOption())
    .addOption(jsonOption())
    .addHelpText('after', `\nExamples:\n${lines.join('\n')}`)
}
