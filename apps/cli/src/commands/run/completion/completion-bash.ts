import { allCommands, type CompletedCommand, quoted, type Values, valueOptions } from './completion-tree.ts'

/**
 * The completion of bash. The line is read anew, for bash takes words apart at `=` and `:`, which stand in
 * symbols and URLs; what is completed is cut off up to the last of them, as bash wants it.
 */
export function bashCompletion(tree: CompletedCommand): string {
  const commands = allCommands(tree)
  const keys = valueOptions(tree)
  const paths = commands.flatMap(({ path, commands: children }) =>
    children.map((child) => `      ${quoted(`${path} ${child.name}`)}) path=${quoted(child.path)} ;;`),
  )
  const values = keys.map(({ key, values: its }) => `    ${quoted(key)}) ${candidates(its)} ;;`)
  const words = commands.map(({ path, commands: children, options, argument }) => {
    const names = children.map(({ name }) => name).join(' ')
    const flags = options.flatMap((option) => option.names).join(' ')
    const rest = argument === undefined ? '' : `; ${candidates(argument)}`
    return `    ${quoted(path)}) flags=${quoted(flags)}; words=${quoted(names)}${rest} ;;`
  })
  return `# Completion of openpredict for bash:  source <(openpredict completion bash)
_openpredict() {
  local line="\${COMP_LINE:0:COMP_POINT}" path=/ cur word key words= flags= files= taken= i cut
  local -a typed
  COMPREPLY=()
  read -r -a typed <<< "$line"
  [[ $line == *[[:space:]] ]] && typed+=("")
  cur="\${typed[\${#typed[@]}-1]}"
  for ((i = 1; i < \${#typed[@]} - 1; i++)); do
    word="\${typed[i]}"
    if [[ -n $taken ]]; then taken=; continue; fi
    case "$path $word" in
${paths.join('\n')}
      ${keys.map(({ key }) => quoted(key)).join('|')}) taken=$word ;;
    esac
  done
  key= cut=
  if [[ -n $taken ]]; then key="$path $taken" word="$cur"
  elif [[ $cur == --*=* ]]; then key="$path \${cur%%=*}" word="\${cur#*=}" cut="\${cur%%=*}="
  else word="$cur"
  fi
  if [[ -n $key ]]; then
    case "$key" in
${values.join('\n')}
    esac
  else
    case "$path" in
${words.join('\n')}
    esac
    [[ $cur == -* ]] && words="$flags" files=
  fi
  local IFS=$'\\n' newline=$'\\n'
  case "$files" in
    files) COMPREPLY=($(compgen -f -- "$word")); compopt -o filenames 2> /dev/null ;;
    folders) COMPREPLY=($(compgen -d -- "$word")); compopt -o filenames 2> /dev/null ;;
    *) COMPREPLY=($(compgen -W "\${words// /$newline}" -- "$word")) ;;
  esac
  for ((i = 0; i < \${#COMPREPLY[@]}; i++)); do
    COMPREPLY[i]="$cut\${COMPREPLY[i]}"
    [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[i]} == *[:/=] ]] && compopt -o nospace 2> /dev/null
  done
  cut="\${cur%"\${cur##*[=:]}"}"
  [[ $COMP_WORDBREAKS == *=* ]] || cut="\${cut//*=/}"
  [[ $COMP_WORDBREAKS == *:* ]] || cut="\${cut//*:/}"
  for ((i = 0; i < \${#COMPREPLY[@]}; i++)); do COMPREPLY[i]="\${COMPREPLY[i]#"$cut"}"; done
}
complete -F _openpredict openpredict
`
}

function candidates(values: Values): string {
  if (values.kind === 'words') return `words=${quoted(values.words.join(' '))}`
  return values.kind === 'any' ? 'words=' : `files=${values.kind}`
}
