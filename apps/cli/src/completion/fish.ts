import type { Outline, OutlineOption } from './outline.ts'

/** A completion script for fish 3 and newer. */
export function fishCompletion(outlines: readonly Outline[]): string {
  return `# fish completion for lading
function __lading_at
  set -l path ''
  for word in (commandline -opc)[2..]
    set -l longer (string trim -- "$path $word")
    contains -- $longer ${outlines
      .filter(({ path }) => path !== '')
      .map(({ path }) => quote(path))
      .join(' ')}; and set path $longer
  end
  test "$path" = "$argv[1]"
end
complete -c lading -f
${outlines.map(command).join('\n')}
`
}

function command({ path, commands, options, words, images, paths }: Outline): string {
  const head = `complete -c lading -n ${quote(`__lading_at '${path}'`)}`
  return [
    ...commands.map(({ name, summary }) => `${head} -a ${quote(name)} -d ${quote(summary)}`),
    ...words.map((word) => `${head} -a ${quote(word)}`),
    ...(images ? [`${head} -a '(lading __names 2>/dev/null)'`] : []),
    ...(paths === undefined
      ? []
      : [
          `${head} -a '(${paths === 'file' ? '__fish_complete_path' : '__fish_complete_directories'} (commandline -ct))'`,
        ]),
    ...options.map((option) => `${head}${optionArguments(option)}`),
  ].join('\n')
}

function optionArguments({ flags, description, value }: OutlineOption): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? ` -l ${flag.slice(2)}` : ` -s ${flag.slice(1)}`)).join('')
  const after =
    value === undefined
      ? ''
      : value === 'directory'
        ? " -x -a '(__fish_complete_directories)'"
        : value === 'file'
          ? ' -r -F'
          : value === 'any'
            ? ' -x'
            : ` -x -a ${quote(value.join(' '))}`
  return `${names}${after} -d ${quote(description)}`
}

const quote = (text: string): string => `'${text.replaceAll('\\', String.raw`\\`).replaceAll("'", String.raw`\'`)}'`
