import type { Outline, OutlineOption } from './outline.ts'

/** A completion script for zsh: to be sourced, or put into a file \`_lading\` on \`fpath\`. */
export function zshCompletion(outlines: readonly Outline[]): string {
  return `#compdef lading
# zsh completion for lading
_lading_names() {
  local -a names
  names=(\${(f)"$(lading __names 2>/dev/null)"})
  compadd -a names
}
${outlines.map(command).join('\n')}
if [ "$funcstack[1]" = "_lading" ]; then _lading "$@"; else compdef _lading lading; fi
`
}

const functionOf = (path: string): string => `_lading${path === '' ? '' : `_${path.replaceAll(' ', '_')}`}`

function command({ path, commands, options, words, images, paths }: Outline): string {
  const specs = options.flatMap(optionSpecs)
  if (commands.length === 0) {
    const rest =
      images || paths !== undefined
        ? `'*:argument:{ ${[...(images ? ['_lading_names'] : []), ...(paths === undefined ? [] : [paths === 'file' ? '_files' : '_files -/'])].join('; ')} }'`
        : words.length > 0
          ? `'1:value:(${words.join(' ')})'`
          : "'*:argument: '"
    return `${functionOf(path)}() {\n  _arguments -s \\\n${[...specs, rest].map((spec) => `    ${spec}`).join(' \\\n')}\n}`
  }
  return `${functionOf(path)}() {
  local state line
  local -a commands
  commands=(
${commands.map(({ name, summary }) => `    ${quote(`${name}:${summary}`)}`).join('\n')}
  )
  _arguments -s -C \\
${[...specs, "'1:command:->command'", "'*::argument:->argument'"].map((spec) => `    ${spec}`).join(' \\\n')}
  case $state in
    command) _describe command commands ;;
    argument)
      case $line[1] in
${commands
  .filter(({ name }) => name !== 'help')
  .map(({ name }) => `        ${name}) ${functionOf(path === '' ? name : `${path} ${name}`)} ;;`)
  .join('\n')}
      esac ;;
  esac
}`
}

function optionSpecs({ flags, description, value }: OutlineOption): string[] {
  const text = description.replace(/[[\]:\\]/g, '\\$&')
  const after =
    value === undefined
      ? ''
      : value === 'directory'
        ? ':directory:_files -/'
        : value === 'file'
          ? ':file:_files'
          : value === 'any'
            ? ':value: '
            : `:value:(${value.join(' ')})`
  return flags.map((flag) => quote(`${flag}[${text}]${after}`))
}

const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`
