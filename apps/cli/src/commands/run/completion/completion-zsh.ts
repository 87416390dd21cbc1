import { allCommands, type CompletedCommand, type CompletedOption, quoted, type Values } from './completion-tree.ts'

/** The completion of zsh: a function for each command, all with `_arguments`. */
export function zshCompletion(tree: CompletedCommand): string {
  const functions = allCommands(tree).map(commandFunction)
  return `#compdef openpredict
# Completion of openpredict for zsh, after compinit:  source <(openpredict completion zsh)
${functions.join('\n')}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _openpredict "$@"; else compdef _openpredict openpredict; fi
`
}

function commandFunction({ path, options, commands, argument }: CompletedCommand): string {
  const specs = options.flatMap(optionSpecs)
  const name = functionOf(path)
  if (commands.length === 0) {
    const rest = argument === undefined ? [] : [quoted(`1:argument:${action(argument)}`)]
    return `${name}() {\n  _arguments -s \\\n    ${[...specs, ...rest].join(' \\\n    ')}\n}`
  }
  const described = commands.map(({ name: child, description }) => `    ${quoted(`${child}:${description}`)}`)
  const cases = commands.map((child) => `        ${child.name}) ${functionOf(child.path)} ;;`)
  return `${name}() {
  local context state line
  local -a children
  children=(
${described.join('\n')}
  )
  _arguments -C -s \\
    ${[...specs, quoted('1:command:->command'), quoted('*::argument:->argument')].join(' \\\n    ')}
  case $state in
    command) _describe -t commands command children ;;
    argument)
      case $line[1] in
${cases.join('\n')}
      esac
      ;;
  esac
}`
}

function functionOf(path: string): string {
  return `_openpredict${path === '/' ? '' : path.replaceAll(/\W/g, '_')}`
}

/** The specification of each name of an option; any may be repeated. */
function optionSpecs({ names, description, values }: CompletedOption): readonly string[] {
  const text = description.replaceAll(/[[\]\\:]/g, String.raw`\$&`)
  return names.map((name) => {
    const value = values === undefined ? '' : `:value:${action(values)}`
    const equals = values !== undefined && name.startsWith('--') ? '=' : ''
    return quoted(`*${name}${equals}[${text}]${value}`)
  })
}

function action(values: Values): string {
  if (values.kind === 'words')
    return `(${values.words.map((word) => word.replaceAll(/[:\\()]/g, String.raw`\$&`)).join(' ')})`
  return { files: '_files', folders: '_files -/', any: ' ' }[values.kind]
}
