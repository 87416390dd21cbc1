import { INSTRUMENTS } from '@openpredict/market'
import { TABLE_NAMES } from '@openpredict/store'
import type { Argument, Command, Option } from 'commander'

/** What a value may be: some words, a file, a folder, or anything. */
export type Values =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'files' | 'folders' | 'any' }

/** An option with all its names, `-s` and `--symbol`. */
export interface CompletedOption {
  readonly names: readonly string[]
  readonly description: string
  /** Absent for an option without a value. */
  readonly values: Values | undefined
}

/** A command as completion sees it. */
export interface CompletedCommand {
  /** The names from the program down to it: `/` for the program, `/db/migrate`. */
  readonly path: string
  readonly name: string
  readonly description: string
  readonly options: readonly CompletedOption[]
  readonly commands: readonly CompletedCommand[]
  /** What stands after its options; absent where nothing does. */
  readonly argument: Values | undefined
}

/** Values that no list of choices tells, by what stands for them in the help. */
const BY_NAME: Readonly<Record<string, Values>> = {
  symbol: { kind: 'words', words: INSTRUMENTS.map(({ symbol }) => symbol) },
  table: { kind: 'words', words: TABLE_NAMES },
  source: { kind: 'words', words: ['yahoo', 'sim', 'sim:', 'csv:'] },
  url: { kind: 'words', words: ['sqlite:', 'postgres://', 'supabase:https://'] },
  file: { kind: 'files' },
  path: { kind: 'files' },
  folder: { kind: 'folders' },
}

/** What there is to complete, read out of the commands themselves. */
export function completionTree(program: Command): CompletedCommand {
  const everywhere = program.options.filter(({ long }) => long !== '--version')
  return describe(program, '/', [], everywhere)
}

function describe(
  command: Command,
  path: string,
  inherited: readonly Option[],
  everywhere: readonly Option[],
): CompletedCommand {
  const help = command.createHelp()
  const children = help.visibleCommands(command)
  const options = [...help.visibleOptions(command), ...inherited]
  const commands = children.map((child) => {
    const below = describe(child, `${path === '/' ? '' : path}/${child.name()}`, everywhere, everywhere)
    const names = children.map((sibling) => sibling.name()).filter((name) => name !== 'help')
    return child.name() === 'help'
      ? { ...below, options: [], argument: { kind: 'words' as const, words: names } }
      : below
  })
  const [argument] = command.registeredArguments
  return {
    path,
    name: command.name(),
    description: firstLine(help.subcommandDescription(command)),
    options: options.map(describeOption),
    commands,
    argument: argument === undefined ? undefined : valuesOf(argument.argChoices, argument.name()),
  }
}

function describeOption(option: Option): CompletedOption {
  const takesValue = option.required || option.optional
  const [, name = ''] = /[<[]([\w-]+)/.exec(option.flags) ?? []
  return {
    names: [option.short, option.long].filter((text) => text !== undefined && text !== null),
    description: firstLine(option.description),
    values: takesValue ? valuesOf(option.argChoices, name) : undefined,
  }
}

function valuesOf(choices: Argument['argChoices'], name: string): Values {
  return choices === undefined ? (BY_NAME[name] ?? { kind: 'any' }) : { kind: 'words', words: choices }
}

/** As much as stands beside a word in a list. */
function firstLine(text: string): string {
  return (text.split(/\n|; | \(/)[0] ?? '').trim()
}

/** A command and all that are below it. */
export function allCommands(command: CompletedCommand): readonly CompletedCommand[] {
  return [command, ...command.commands.flatMap(allCommands)]
}

/** Each option with a value, under each of its names, as `PATH NAME`. */
export function valueOptions(
  tree: CompletedCommand,
): readonly { readonly key: string; readonly values: Values; readonly path: string; readonly name: string }[] {
  return allCommands(tree).flatMap(({ path, options }) =>
    options.flatMap(({ names, values }) =>
      values === undefined ? [] : names.map((name) => ({ key: `${path} ${name}`, values, path, name })),
    ),
  )
}

/** In single quotes, for bash and zsh. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
