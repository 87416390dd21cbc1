import type { createProgram } from '../../apps/cli/src/cli.ts'

type Command = ReturnType<typeof createProgram>
type Argument = Command['registeredArguments'][number]
type Option = Command['options'][number]

/** A command and how it is called. */
interface Named {
  readonly path: string
  readonly command: Command
}

const INTRODUCTION = `# Commands

Every command of \`openpredict\`, as \`--help\` has it. Written from the commands themselves; a test holds that it is current.

In a clone, \`npm start --\` takes the place of \`openpredict\`. Settings that options do not give come from the environment, then from \`--env-file FILE\`: \`openpredict config show\` lists them, each with its value and where that came from.
`

const EXIT_CODES: readonly Row[] = [
  ['`0`', 'fine'],
  ['`1`', 'the check says no'],
  ['`2`', 'wrong usage or configuration'],
  ['`3`', 'the source is not available'],
  ['`4`', 'the store is not available'],
  ['`130`, `143`', 'stopped by a signal before anything was finished'],
]

/**
 * The page about every command of a program, from its own descriptions. `helpOf` gives the whole help of a
 * command, in which its notes and examples are.
 */
export function commandReference(program: Command, helpOf: (command: Command) => string): string {
  const commands = program.commands.flatMap((command) => below(command, program.name()))
  const contents = program.commands.map((command): Row => [
    `[\`${command.name()}\`](#${program.name()}-${command.name()})`,
    cell(command.description()),
  ])
  return [
    INTRODUCTION,
    ...table(['exit code', 'meaning'], EXIT_CODES),
    '',
    ...table(['command', ''], contents),
    '',
    ...commands.flatMap(({ path, command }) => sectionOf(path, command, helpOf(command))),
  ].join('\n')
}

function below(command: Command, parent: string): readonly Named[] {
  const path = `${parent} ${command.name()}`
  return [{ path, command }, ...command.commands.flatMap((child) => below(child, path))]
}

function sectionOf(path: string, command: Command, printed: string): readonly string[] {
  const help = command.createHelp()
  const depth = path.split(' ').length
  return [
    `${'#'.repeat(depth)} ${path}`,
    '',
    sentence(command.description()),
    '',
    '```text',
    `${path} ${command.usage()}`,
    '```',
    '',
    ...titled(
      ['argument', 'meaning'],
      help.visibleArguments(command).map((argument): Row => [`\`${argument.name()}\``, cell(meaning(argument))]),
    ),
    ...titled(
      ['option', 'meaning'],
      help
        .visibleOptions(command)
        .filter(({ long }) => long !== '--help')
        .map((option): Row => [`\`${option.flags.replaceAll('|', '\\|')}\``, cell(meaning(option))]),
    ),
    ...notesIn(printed),
    ...examplesIn(printed),
  ]
}

/** Sections of a help text that stand elsewhere on the page. */
const SECTION = /^(?:[A-Z]\w+ )?(?:[Oo]ptions|[Aa]rguments|Commands|codes|Examples|Environment):$/

/** What the help says after the options, paragraph by paragraph; what it has in columns stays as it is. */
function notesIn(help: string): readonly string[] {
  const paragraphs = help.split(/\n\s*\n/).map((text) => text.replace(/^\n+|\s+$/g, ''))
  const options = paragraphs.findIndex((text) => text.startsWith('Options:'))
  return paragraphs
    .slice(options + 1)
    .filter((text) => text !== '' && !SECTION.test(text.split('\n')[0] ?? ''))
    .flatMap((text) => (text.startsWith(' ') ? ['```text', text, '```', ''] : [cell(text), '']))
}

function meaning(described: Argument | Option): string {
  const { description, defaultValue, argChoices } = described
  return [
    description,
    ...(argChoices === undefined ? [] : [`one of ${argChoices.join(', ')}`]),
    ...(typeof defaultValue === 'string' || typeof defaultValue === 'number' ? [`default: ${defaultValue}`] : []),
  ].join('; ')
}

/** The lines that begin with a dollar sign, as a block to copy. */
function examplesIn(help: string): readonly string[] {
  const lines = help.split('\n').flatMap((line) => /^\s+\$ (.*)$/.exec(line)?.[1]?.trimEnd() ?? [])
  // What an example is for stands in a column of its own, far from the command.
  const commented = lines.map((line) => line.replace(/ {3,}(?=\S)/, '   # '))
  return lines.length === 0 ? [] : ['```sh', ...commented, '```', '']
}

function sentence(text: string): string {
  const whole = `${text.charAt(0).toUpperCase()}${text.slice(1)}`
  return cell(whole.endsWith('.') ? whole : `${whole}.`)
}

/** Text that Markdown leaves as it is. */
function cell(text: string): string {
  return text
    .replaceAll(/\s*\n\s*/g, ' ')
    .replaceAll('|', '\\|')
    .replaceAll('<', '&lt;')
    .replaceAll('*', '\\*')
}

type Row = readonly [string, string]

function titled(head: Row, rows: readonly Row[]): readonly string[] {
  return rows.length === 0 ? [] : [...table(head, rows), '']
}

/** A table as the formatter leaves it: cells of a column are as wide as its widest. */
function table(head: Row, rows: readonly Row[]): readonly string[] {
  const widths = ([0, 1] as const).map((i) => Math.max(3, ...[head, ...rows].map((row) => Array.from(row[i]).length)))
  const line = (row: readonly string[], filler: string): string =>
    `| ${row.map((text, i) => text + filler.repeat((widths[i] ?? 0) - Array.from(text).length)).join(' | ')} |`
  return [line(head, ' '), line(['', ''], '-'), ...rows.map((row) => line(row, ' '))]
}
