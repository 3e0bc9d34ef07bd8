import type { Option } from 'commander'

/** The first word that is neither one of these options nor the value of one; `undefined` where that is not plain. */
export function commandNamed(
  argv: readonly string[],
  options: readonly Pick<Option, 'long' | 'required'>[],
): string | undefined {
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? ''
    if (!word.startsWith('-')) return word
    const [name = '', value] = word.split('=', 2)
    const option = options.find(({ long }) => long === name)
    if (option === undefined) return undefined
    if (option.required && value === undefined) at += 1
  }
  return undefined
}
