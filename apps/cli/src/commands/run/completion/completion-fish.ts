import {
  allCommands,
  type CompletedCommand,
  type CompletedOption,
  type Values,
  valueOptions,
} from './completion-tree.ts'

/** The completion of fish: which command is typed is found out by a function, what follows it stands in a list. */
export function fishCompletion(tree: CompletedCommand): string {
  const commands = allCommands(tree)
  const keys = valueOptions(tree).map(({ key }) => quotedForFish(key))
  const paths = commands.flatMap(({ path, commands: children }) =>
    children.map((child) => `      case ${quotedForFish(`${path} ${child.name}`)}\n        set path ${child.path}`),
  )
  return `# Completion of openpredict for fish:  openpredict completion fish | source
function __openpredict_path
  set -l path /
  set -l taken
  for word in (commandline -opc)[2..-1]
    if test -n "$taken"
      set taken
      continue
    end
    switch "$path $word"
${paths.join('\n')}
      case ${keys.join(' ')}
        set taken $word
    end
  end
  echo $path
end
function __openpredict_at
  test (__openpredict_path) = $argv[1]
end
complete -c openpredict -e
complete -c openpredict -f
${commands.flatMap(commandLines).join('\n')}
`
}

function commandLines({ path, commands, options, argument }: CompletedCommand): readonly string[] {
  const start = `complete -c openpredict -n ${quotedForFish(`__openpredict_at ${path}`)}`
  return [
    ...commands.map(({ name, description }) => `${start} -a ${quotedForFish(name)} -d ${quotedForFish(description)}`),
    ...options.map(
      (option) => `${start}${namesOf(option)}${valueOf(option.values)} -d ${quotedForFish(option.description)}`,
    ),
    ...(argument === undefined
      ? []
      : [`${start}${argument.kind === 'words' ? ` -a ${wordsOf(argument.words)}` : ' -F'}`]),
  ]
}

function namesOf({ names }: CompletedOption): string {
  return names.map((name) => (name.startsWith('--') ? ` -l ${name.slice(2)}` : ` -s ${name.slice(1)}`)).join('')
}

function valueOf(values: Values | undefined): string {
  if (values === undefined) return ''
  if (values.kind === 'words') return ` -x -a ${wordsOf(values.words)}`
  if (values.kind === 'any') return ' -x'
  return values.kind === 'files' ? ' -r -F' : ` -x -a '(__fish_complete_directories)'`
}

function wordsOf(words: readonly string[]): string {
  return quotedForFish(words.join(' '))
}

function quotedForFish(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`
}
