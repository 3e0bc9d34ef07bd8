import { CliError } from '../../apps/cli/src/cli-error.ts'
import { compileTemplate } from '../../apps/cli/src/format/template.ts'
import { dictionary, nilList, struct, type Value } from '../../apps/cli/src/format/value.ts'
import { bytesOf, textOf } from '../encoding.ts'
import type { Random } from '../random.ts'
import { holds, unlessRefused } from '../refusal.ts'
import type { Target } from '../target.ts'

const value: Value = struct({
  Id: 'sha256:0123',
  Size: 1234,
  Ratio: 0.5,
  IsSmall: true,
  Tags: ['a:1', 'b:2'],
  Config: struct({
    Cmd: nilList,
    Labels: dictionary([['who', 'é "d" <e>']], { zero: '' }),
    Volumes: dictionary(undefined),
    Healthcheck: null,
  }),
})

const operands = [
  '.',
  '.Id',
  '.Size',
  '.Ratio',
  '.IsSmall',
  '.Tags',
  '.Config.Cmd',
  '.Config.Labels',
  '.Config.Labels.who',
  '.Config.Healthcheck',
  '.None',
  '$',
  '$.Tags',
  '$a',
  '"text"',
  '`raw`',
  "'c'",
  '0',
  '1',
  '-7',
  '0x1F',
  'true',
  'nil',
  '"%5d %-9s %q\\n"',
]
const calls =
  'and or not eq ne lt le gt ge len index slice print println printf urlquery json join split lower upper title pad truncate none'.split(
    ' ',
  )
const deepest = 5

function pipeline(random: Random, depth: number): string {
  const operand = (): string =>
    depth < deepest && random.once(5) ? `(${pipeline(random, depth + 1)})` : random.pick(operands)
  const command = (): string =>
    random.once(2) ? operand() : [random.pick(calls), ...Array.from({ length: random.below(4) }, operand)].join(' ')
  return [command(), ...(random.once(4) ? [random.pick(calls)] : [])].join(' | ')
}

function block(random: Random, depth: number): string {
  return Array.from({ length: random.below(4) }, () => node(random, depth)).join('')
}

function node(random: Random, depth: number): string {
  const [open, close] = random.pick([
    ['{{', '}}'],
    ['{{- ', ' -}}'],
    ['{{ ', ' }}'],
  ] as const)
  const said = (action: string): string => open + action + close
  if (depth < deepest && random.once(3)) {
    const kind = random.pick(['if', 'with', 'range', 'range $a :=', 'range $i, $a :='])
    const otherwise = random.once(3) ? said(random.pick(['else', 'else if .IsSmall'])) + block(random, depth + 1) : ''
    return said(`${kind} ${pipeline(random, depth)}`) + block(random, depth + 1) + otherwise + said('end')
  }
  return random.pick([
    () => said(pipeline(random, depth)),
    () => said(`$a ${random.pick([':=', '='])} ${pipeline(random, depth)}`),
    () => said(random.pick(['break', 'continue', '/* said */', 'define "x"'])),
    () => random.pick([' ', '\n', 'text', '\\t', '\u00e9']),
  ])()
}

/** The templates of `--format`, read and worked out on a value that has each kind of member. */
export const template: Target = {
  name: 'template',
  generate: (random) => bytesOf(`${node(random, 0)}${block(random, 0)}`),
  words: [...operands, ...calls, '{{', '}}', '{{-', '-}}', '{{end}}', '{{else}}', 'range', 'with', 'if', '|', '(', ')'],
  check(input) {
    const source = textOf(input)
    const refused = <T>(call: () => T): T | undefined => unlessRefused(CliError, source.length, call)
    // What nested ranges may do is a multiple of what was written.
    const compiled = refused(() => compileTemplate(source, { escapes: true, mostSteps: 16 + source.length }))
    if (compiled === undefined) return
    const text = refused(() => compiled.text(value))
    refused(() => compiled.heading(value))
    if (text !== undefined) holds(compiled.text(value) === text, 'it comes to something else the second time')
    if (!source.includes('{{') && !source.includes('\\')) holds(text === source, 'a text alone is changed')
  },
}
