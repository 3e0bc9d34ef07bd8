import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CliError } from '../src/cli-error.ts'
import { goJson } from '../src/format/go-json.ts'
import { formatRows, parseFormat } from '../src/format/output-format.ts'
import { tabulate } from '../src/format/tabulate.ts'
import { compileTemplate } from '../src/format/template.ts'
import { dictionary, fromJson, nilList, struct, type Value } from '../src/format/value.ts'

const image = struct({
  Id: 'sha256:0123456789abcdef',
  RepoTags: ['a:1', 'b:2'],
  Os: 'linux',
  Size: 1234,
  Config: struct({
    Env: ['A=b', 'PATH=/bin'],
    Cmd: nilList,
    Labels: dictionary(
      [
        ['who', 'one'],
        ['b.c', 'd<e>'],
      ],
      { zero: '' },
    ),
    Volumes: dictionary(undefined),
    Healthcheck: null,
  }),
})

const text = (template: string, value: Value = image): string => compileTemplate(template).text(value)

describe('what a template may do', () => {
  it.each([
    ['ranges in ranges', `${'{{range .RepoTags}}{{range $.RepoTags}}'.repeat(20)}${'{{end}}{{end}}'.repeat(20)}`],
    [
      'a text that doubles',
      `{{$a := .Id}}${'{{range $.RepoTags}}'.repeat(12)}{{$a = print $a $a $a}}${'{{end}}'.repeat(12)}`,
    ],
    ['a text that no engine holds', `{{$a := .Id}}${'{{$a = print $a $a $a $a $a $a $a $a $a $a}}'.repeat(12)}`],
  ])('is bounded: %s', (_, template) => {
    expect(() => text(template)).toThrow(/^--format: .* \(at offset [0-9]+\)$/)
  })

  it('shows no control character of the template', () => {
    for (const template of ['{{"\\\u0001"}}', '{{printf "%\t" .Id}}'])
      // oxlint-disable-next-line no-control-regex
      expect(() => text(template)).toThrow(/^[^\u0000-\u001f]*$/)
  })
})

/** What docker 20.10 prints of the same, which the enlarged run asks a docker for. */
describe('a template', () => {
  it.each([
    ['plain', 'plain'],
    ['{{.Id}}', 'sha256:0123456789abcdef'],
    ['{{ .Os }}/{{.Size}}', 'linux/1234'],
    ['{{.RepoTags}}', '[a:1 b:2]'],
    ['{{.Config.Cmd}}', '[]'],
    ['{{.Config.Labels}}', 'map[b.c:d<e> who:one]'],
    ['{{.Config.Volumes}}', 'map[]'],
    ['{{.Config.Healthcheck}}', '<nil>'],
    [
      '{{json .Config}}',
      '{"Env":["A=b","PATH=/bin"],"Cmd":null,"Labels":{"b.c":"d<e>","who":"one"},"Volumes":null,"Healthcheck":null}',
    ],
    ['{{json .Id}}', '"sha256:0123456789abcdef"'],
    ['{{index .Config.Labels "who"}}', 'one'],
    ['{{.Config.Labels.who}}', 'one'],
    ['{{.Config.Labels.none}}', '<no value>'],
    ['{{index .Config.Labels "none"}}', ''],
    ['{{index .RepoTags 1}}', 'b:2'],
    ['{{index (split (index .RepoTags 0) ":") 1}}', '1'],
    ['{{range .Config.Env}}{{println .}}{{end}}', 'A=b\nPATH=/bin\n'],
    ['{{range $i, $e := .RepoTags}}{{if $i}}, {{end}}{{$e}}{{end}}', 'a:1, b:2'],
    ['{{range $k, $v := .Config.Labels}}{{$k}}={{$v}};{{end}}', 'b.c=d<e>;who=one;'],
    ['{{range .Config.Cmd}}x{{else}}none{{end}}', 'none'],
    ['{{range .RepoTags}}{{if eq . "b:2"}}{{break}}{{end}}{{.}} {{end}}', 'a:1 '],
    ['{{range .RepoTags}}{{if eq . "a:1"}}{{continue}}{{end}}{{.}} {{end}}', 'b:2 '],
    ['{{range .RepoTags}}{{$.Os}} {{end}}', 'linux linux '],
    ['{{join .RepoTags ", "}}', 'a:1, b:2'],
    ['{{.Os | upper}} {{upper .Os | lower}} {{title .Os}}', 'LINUX linux Linux'],
    ['{{len .RepoTags}} {{len .Os}} {{len "é"}} {{len .Config.Labels}}', '2 5 2 2'],
    ['{{if and .Os (eq .Size 1234)}}yes{{else}}no{{end}}', 'yes'],
    ['{{if .Config.Cmd}}a{{else if .Os}}b{{else}}c{{end}}', 'b'],
    ['{{with .Config}}{{index .Env 0}}{{end}}{{with .Config.Cmd}}x{{else}}y{{end}}', 'A=by'],
    ['{{or .Config.Cmd .Os}} {{not .Os}}', 'linux false'],
    ['{{eq .Os "windows" "linux"}} {{ne .Size 1}} {{lt .Size 2000}} {{ge "b" "a"}}', 'true true true true'],
    [
      '{{printf "%-8s|%5d|%q|%v|%.3s|%05d%%" .Os .Size "x" .RepoTags .Os 42}}',
      'linux   | 1234|"x"|[a:1 b:2]|lin|00042%',
    ],
    ['{{print 1 2 "a" "b" 3}}', '1 2ab3'],
    ['{{slice .Id 7 19}} {{truncate .Os 3}} {{pad .Os 1 2}}|', '0123456789ab lin  linux  |'],
    ['{{$x := .Os}}{{$x}}{{$x = "y"}}{{$x}}', 'linuxy'],
    ['a {{- .Os -}} b{{/* nothing */}} {{- /* nothing */ -}} c', 'alinuxbc'],
    ['{{"a\\tb\\u0041"}}{{`raw\\n`}}{{\'a\'}}', 'a\tbAraw\\n97'],
    ['{{(index .RepoTags 0)}}{{true}}{{nil | json}}', 'a:1truenull'],
  ])('%s prints %j', (template, printed) => expect(text(template)).toBe(printed))

  it.each([
    ['{{.Id', 0, "'{{' is not closed"],
    ['ab{{.Nope}}', 4, 'there is no .Nope'],
    ['{{.Config.Nope}}', 9, 'there is no .Nope'],
    ['{{.Os.Nope}}', 5, 'a string has no .Nope'],
    ['{{nope .Id}}', 2, "there is no function 'nope'"],
    ['{{Repository}}', 2, "there is no function 'Repository'"],
    ['{{if .Id}}', 4, "'if' without an 'end'"],
    ['{{end}}', 2, "'end' without"],
    ['{{else}}', 2, "'else' without"],
    ['{{}}', 2, 'a value is missing'],
    ['{{.Id | }}', 8, 'a value is missing'],
    ['{{(.Id}}', 6, "a '(' that is not closed"],
    ['{{.Id)}}', 5, "a ')' too many"],
    ['{{"abc}}', 2, 'a string that is not closed'],
    ['{{"\\q"}}', 3, 'means nothing'],
    ['{{.Id .Os}}', 2, 'only a function takes arguments'],
    ['{{len}}', 2, 'len takes 1 values, not 0'],
    ['{{len .Size}}', 2, 'len takes a string, a list or a map'],
    ['{{index .RepoTags 5}}', 2, 'index is out of range: 5 of 2'],
    ['{{join .Os ","}}', 2, 'join takes a list, not a string'],
    ['{{eq .Os 1}}', 2, 'eq cannot compare a string with a number'],
    ['{{range .Os}}{{end}}', 8, 'range needs a list or a map'],
    ['{{$x}}', 2, 'there is no variable $x'],
    ['{{break}}', 2, "'break' outside of a range"],
    ['{{template "x"}}', 2, "'template' is not supported"],
    ['{{.Id & .Os}}', 6, "unexpected '&'"],
  ])('%s is refused at %i', (template, offset, words) => {
    let error: unknown
    try {
      text(template)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(CliError)
    const { message, facts, hint, code } = error as CliError
    expect({ code, offset: facts.offset }).toEqual({ code: 'USAGE', offset })
    expect(message).toContain(words)
    expect(message).toContain(`(at offset ${offset})`)
    expect(hint).toContain('--json')
  })

  it('is nested a hundred times and no more', () => {
    expect(() => text('{{if .Os}}'.repeat(200))).toThrow('nested more than 100 deep (at offset 1010)')
    expect(() => text(`{{${'('.repeat(200)}1${')'.repeat(200)}}}`)).toThrow('nested more than 100 deep (at offset 103)')
    expect(text(`${'{{if .Os}}'.repeat(90)}x${'{{end}}'.repeat(90)}`)).toBe('x')
  })

  const pieces = fc.constantFrom(
    '{{',
    '}}',
    '{{- ',
    ' -}}',
    '.',
    '.Id',
    '.Os',
    '.Config',
    '.RepoTags',
    '$',
    '$x',
    ':=',
    '=',
    '|',
    '(',
    ')',
    ',',
    ' ',
    '"a"',
    '`b`',
    "'c'",
    '1',
    '-2',
    'if',
    'else',
    'end',
    'range',
    'with',
    'break',
    'eq',
    'index',
    'json',
    'printf',
    'len',
    'nil',
    'true',
    '/*',
    '*/',
    'text',
    '\\t',
    '"',
    '\n',
  )
  const templates = fc.oneof(
    fc.array(pieces, { maxLength: 24 }).map((all) => all.join('')),
    fc.array(pieces, { maxLength: 12 }).map((all) => `{{${all.join(' ')}}}`),
    fc.string({ unit: 'binary', maxLength: 40 }),
  )

  function tried(template: string): { readonly text?: string; readonly offset?: number | undefined } {
    try {
      return { text: text(template) }
    } catch (error) {
      if (!(error instanceof CliError) || error.facts.offset === undefined) throw error
      return { offset: error.facts.offset }
    }
  }

  it('is read or refused with a place in it, whatever it is', () =>
    fc.assert(
      fc.property(templates, (template) => {
        const { text: printed, offset = 0 } = tried(template)
        expect(printed ?? '').toBeTypeOf('string')
        expect(offset).toBeGreaterThanOrEqual(0)
        expect(offset).toBeLessThanOrEqual(template.length)
      }),
    ))

  it('without an action is itself', () =>
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }).filter((all) => !all.includes('{{')),
        (plain) => {
          expect(text(plain)).toBe(plain)
        },
      ),
    ))

  it('prints of JSON what JSON.parse reads again', () =>
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(goJson(fromJson(value)))).toEqual(JSON.parse(JSON.stringify(value)))
        expect(compileTemplate('{{json .}}').text(fromJson(value))).toBe(goJson(fromJson(value)))
      }),
    ))

  it('finds in constants what was written', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        expect(text(`{{${goJson(value).replaceAll('\\/', '/')}}}`)).toBe(value)
      }),
    ))
})

describe('the format of a list', () => {
  const rows = [struct({ ID: '1', Name: 'one' }), struct({ ID: '2', Name: 'a longer one' })]
  const headings = struct({ ID: 'IMAGE ID', Name: 'NAME' })
  const lines = (format: string): readonly string[] | undefined =>
    formatRows(parseFormat(format, { escapes: true }), rows, headings)

  it.each([
    ['json', ['{"ID":"1","Name":"one"}', '{"ID":"2","Name":"a longer one"}']],
    ['{{.ID}}\\t{{.Name}}', ['1\tone', '2\ta longer one']],
    ['table {{.ID}}\\t{{.Name}}', ['IMAGE ID   NAME', '1          one', '2          a longer one']],
    ['table {{.Name | upper}}\\t{{.ID}}', ['NAME           IMAGE ID', 'ONE            1', 'A LONGER ONE   2']],
    ['table', undefined],
  ])('%s', (format, printed) => expect(lines(format)).toEqual(printed))

  it('is refused where it is none, at its own offset', () => {
    expect(() => lines('jsn')).toThrow('it is not json, table or a template (at offset 0)')
    expect(() => lines('table {{.ID')).toThrow('(at offset 6)')
  })
})

it('a table is aligned as Go’s tabwriter aligns it', () => {
  expect(tabulate(['a\tb\tc', 'a longer one\tb\tc'])).toEqual([
    'a              b         c',
    'a longer one   b         c',
  ])
  // A line without a cell ends its column.
  expect(tabulate(['a longer one\tb', 'alone', 'a\tb'])).toEqual(['a longer one   b', 'alone', 'a         b'])
})
