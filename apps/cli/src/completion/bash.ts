import type { Outline, OutlineOption } from './outline.ts'

/** A completion script for bash 4 and newer. Needs no other package. */
export function bashCompletion(outlines: readonly Outline[]): string {
  return `# bash completion for lading
_lading_paths() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen "$1" -- "$current"))
  # Marks directories and quotes blanks; outside of a completion there is nobody to tell.
  compopt -o filenames 2>/dev/null
}
_lading() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" path="" index word
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="\${COMP_WORDS[index]}"
    case "$path $word" in
${commandPatterns(outlines)}
    esac
  done
  # Names of images hold colons, at which bash splits words.
  local before="" part
  for ((index = COMP_CWORD; index > 1; index--)); do
    part="\${COMP_WORDS[index]}"
    if [[ $part == : || \${COMP_WORDS[index-1]} == : ]]; then before="\${COMP_WORDS[index-1]}$before"; else break; fi
  done
  local words="" values="" images="" paths=""
  case "$path" in
${outlines.map(branch).join('\n')}
  esac
  if [[ -n $values ]]; then
    case "$values" in
      @directory) _lading_paths -d ;;
      @file) _lading_paths -f ;;
      @any) ;;
      *) COMPREPLY=($(compgen -W "$values" -- "$current")) ;;
    esac
    return
  fi
  if [[ -n $images && $current != -* ]]; then
    COMPREPLY=($(compgen -W "$(lading __names 2>/dev/null)" -- "$before$current"))
    COMPREPLY=("\${COMPREPLY[@]#"$before"}")
    if [[ -n $paths && ( \${#COMPREPLY[@]} -eq 0 || $current == */* ) ]]; then _lading_paths "$paths"; fi
    return
  fi
  if [[ -n $paths && $current != -* ]]; then
    _lading_paths "$paths"
    return
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _lading lading
`
}

const commandPatterns = (outlines: readonly Outline[]): string =>
  outlines
    .filter(({ path }) => path !== '')
    .map(({ path }) => {
      const words = path.split(' ')
      return `      '${words.slice(0, -1).join(' ')} ${words.at(-1)}') path='${path}' ;;`
    })
    .join('\n')

function branch({ path, options, commands, words, images, paths }: Outline): string {
  const all = [...commands.map(({ name }) => name), ...words, ...options.flatMap(({ flags }) => flags)]
  const valued = options.filter((option) => option.value !== undefined)
  return `    '${path}')
      words='${all.join(' ')}'${images ? '\n      images=1' : ''}${paths === undefined ? '' : `\n      paths=${paths === 'file' ? '-f' : '-d'}`}${valued.length === 0 ? '' : `\n      case "$previous" in\n${valued.map(valueBranch).join('\n')}\n      esac`}
      ;;`
}

function valueBranch({ flags, value }: OutlineOption): string {
  const values = typeof value === 'string' ? `@${value}` : value === undefined ? '@any' : value.join(' ')
  return `        ${flags.join('|')}) values='${values}' ;;`
}
