import type { Command } from 'commander'

import { columns } from './format.ts'
import { ALL_SETTINGS, SETTINGS } from './settings.ts'

const EXIT_CODES = `Exit codes:
  0  fine                          3  the source is not available
  1  the check says no             4  the store is not available
  2  wrong usage or configuration  130, 143  stopped by a signal before anything was finished`

const PROGRAM = `
Examples:
  $ openpredict demo                 see all of it work, in a few seconds and without a network
  $ openpredict collect --once       one cycle
  $ openpredict run-loop             a cycle every minute
  $ openpredict status --watch       how it goes, on one screen

Each command has its own --help. Variables: openpredict config show.`

/**
 * What the help of a command ends with: the variables that count where an option is not given, by what its options say,
 * and the exit codes. A command of commands has none of both.
 */
export function helpEnd(command: Command): string {
  if (command.parent === null) return `${PROGRAM}\n\n${EXIT_CODES}`
  if (command.commands.length > 0) return ''
  const variables = environmentOf(command)
  return `${variables.length === 0 ? '' : `\nEnvironment:\n${variables.join('\n')}\n`}\n${EXIT_CODES}`
}

function environmentOf(command: Command): readonly string[] {
  const text = command.options.map(({ description }) => description).join('\n')
  const named = new Set([...text.matchAll(/\$([A-Z][A-Z_]+)/g)].map(([, name]) => name))
  // Without its key, the project that a variable names cannot be opened.
  if (named.has(SETTINGS.supabaseUrl.name)) named.add(SETTINGS.supabaseKey.name)
  const settings = ALL_SETTINGS.filter(({ name }) => named.has(name))
  return columns(settings.map(({ name, about }) => [`  ${name}`, about]))
}
