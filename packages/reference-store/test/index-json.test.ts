import { isLayoutRefName } from '@lading/reference'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatIndexJson, parseAnyIndexJson, parseIndexJson } from '../src/index-json.ts'
import { namedEntry } from '../src/named-entry.ts'
import { elementSlices, memberSlices } from '../src/json-slices.ts'
import { digest, parse, target } from './support.ts'

const bytes = (value: unknown): Uint8Array =>
  new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value))
const read = (value: unknown): ReturnType<typeof parseIndexJson> => parseIndexJson(bytes(value), '/store/index.json')
const text = (content: ReturnType<typeof read>): string => new TextDecoder().decode(formatIndexJson(content))
const spaced = (value: unknown): string => JSON.stringify(value, null, '\t ')
const named = (...entries: [string, string][]): Map<string, ReturnType<typeof namedEntry>> =>
  new Map(entries.map(([name, of]) => [String(parse(name)), namedEntry(parse(name), target(of))]))

const readOrRefused = (readAs: typeof parseIndexJson, written: string): unknown => {
  try {
    return readAs(bytes(written), 'p')
  } catch (error) {
    return String(error)
  }
}

describe('index.json', () => {
  it('is an OCI image index whose entries carry both annotations, sorted by name', () => {
    const written = JSON.parse(text({ named: named(['b:1', 'x'], ['a:1', 'y']), foreign: [], extra: [] })) as unknown
    expect(written).toEqual({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: ['a', 'b'].map((name) => ({
        ...target(name === 'a' ? 'y' : 'x'),
        annotations: {
          'org.opencontainers.image.ref.name': `docker.io/library/${name}:1`,
          'io.containerd.image.name': `docker.io/library/${name}:1`,
        },
      })),
    })
  })

  it('reads back what it wrote, and writes the same bytes again', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(
          fc.tuple(
            fc.stringMatching(/^[a-z][a-z0-9]{0,8}(__?[a-z0-9]{1,3})?$/),
            fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,10}$/),
            fc.string(),
          ),
        ),
        (names) => {
          const content = {
            named: named(...names.map(([name, tag, of]) => [`${name}:${tag}`, of] as [string, string])),
            foreign: [],
            extra: [],
          }
          const once = text(content)
          const again = parseIndexJson(bytes(once), 'p')
          expect(again.named).toEqual(content.named)
          expect(again.foreign).toEqual([])
          expect(text(again)).toBe(once)
        },
      ),
    )
  })

  it('is read by its form as it is read as any JSON, whatever was done to it', () => {
    const names = ['a:1', 'b:1', 'localhost:5000/c:1', '[::1]:5000/d:1', `e@${digest('e')}`, 'a__b:1']
    const once = text({ named: named(...names.map((name) => [name, 'e'] as [string, string])), foreign: [], extra: [] })
    const parts = ['}', '{', ',', ']', '"', '\\', ' ', 'é', '0', '1', '-', 'a:1', 'annotations', digest('x')]
    fc.assert(
      fc.property(fc.nat(once.length), fc.nat(3), fc.constantFrom('', ...parts), (at, length, put) => {
        const bad = once.slice(0, at) + put + once.slice(at + length)
        expect(readOrRefused(parseIndexJson, bad)).toEqual(readOrRefused(parseAnyIndexJson, bad))
      }),
      { numRuns: 500 },
    )
    // Lists with an entry twice, out of order, or none after a comma.
    const entries = JSON.parse(once) as { manifests: unknown[] }
    const [first, second] = entries.manifests
    for (const manifests of [[], [first, first], [second, first]]) {
      const list = JSON.stringify({ ...entries, manifests })
      for (const each of [list, list.replace(']}', ',]}')])
        expect(readOrRefused(parseIndexJson, each)).toEqual(readOrRefused(parseAnyIndexJson, each))
    }
  })

  it('leaves out the ref name that the OCI grammar has no word for, and knows the entry all the same', () => {
    for (const name of ['[::1]:5000/x:1', 'a__b:1', 'alpine:_1']) {
      const content = { named: named([name, 'x']), foreign: [], extra: [] }
      expect(text(content)).not.toContain('ref.name')
      expect([...read(text(content)).named.keys()]).toEqual([String(parse(name))])
    }
  })

  it('keeps what others wrote, to the letter', () => {
    const foreign = [
      `{"mediaType":"m", "digest":"${digest('x')}","size":12345678901234567890,"deep":[[[{"a":1e400,"b":"]}\\""}]]] }`,
      'null',
      '[]',
      '7',
      '"text"',
    ]
    const document = `{ "annotations": {"z":"1" , "a":"2"},"manifests" : [ ${foreign.join(' , ')} ], "schemaVersion":2, "unheard-of": [1.0] }`
    const content = read(document)
    expect(content.foreign.map(({ written }) => written)).toEqual(foreign)
    const rewritten = text({ ...content, named: named(['a:1', 'x']) })
    for (const part of [...foreign, '"annotations":{"z":"1" , "a":"2"}', '"unheard-of":[1.0]'])
      expect(rewritten).toContain(part)
    expect(read(rewritten).foreign).toEqual(content.foreign)
  })

  it.each([
    ['no annotations', {}],
    ['a bare tag, as skopeo and umoci write it', { 'org.opencontainers.image.ref.name': '1' }],
    [
      'the name of containerd with a tag only beside it',
      { 'io.containerd.image.name': 'docker.io/library/a:1', 'org.opencontainers.image.ref.name': '1' },
    ],
    ['no ref name where there must be one', { 'io.containerd.image.name': 'docker.io/library/a:1' }],
    ['a short name', both('a:1')],
    ['neither tag nor digest', both('docker.io/library/a')],
    ['tag and digest', both(`docker.io/library/a:1@${digest('x')}`)],
    ['the digest of something else', both(`docker.io/library/a@${digest('y')}`)],
    ['no reference', both('../../etc')],
  ])('does not trust an entry with %s', (_, annotations) => {
    const content = read({ schemaVersion: 2, manifests: [{ ...target('x'), annotations }] })
    expect(content.named.size).toBe(0)
    expect(content.foreign).toMatchObject([{ target: { digest: digest('x') } }])
  })

  it.each([
    ['digest', { digest: 'sha256:../../x' }],
    ['size', { size: -1 }],
    ['size as a fraction', { size: 1.5 }],
    ['media type', { mediaType: 1 }],
    ['annotation', { annotations: { ...both('docker.io/library/a:1'), a: 1 } }],
  ])('does not trust an entry with a wrong %s', (_, wrong) => {
    const content = read({
      schemaVersion: 2,
      manifests: [{ ...target('x'), annotations: both('docker.io/library/a:1'), ...wrong }],
    })
    expect(content.named.size).toBe(0)
    expect(content.foreign).toHaveLength(1)
    expect(content.foreign[0]?.target).toBeUndefined()
  })

  it('takes the first of two targets for one name, and keeps the other under its digest', () => {
    const content = read({
      schemaVersion: 2,
      manifests: ['x', 'y', 'x'].map((of) => ({ ...target(of), annotations: both('docker.io/library/a:1') })),
    })
    expect([...content.named].map(([name, { target: to }]) => [name, to.digest])).toEqual([
      ['docker.io/library/a:1', digest('x')],
      [`docker.io/library/a@${digest('y')}`, digest('y')],
    ])
    expect(read(text(content)).named.size).toBe(2)
  })

  it('takes null for what is empty in an entry too', () => {
    const entry = { ...target('x'), artifactType: null }
    const content = read({
      schemaVersion: 2,
      manifests: [
        { ...entry, annotations: null },
        { ...entry, annotations: { ...both('docker.io/library/a:1'), note: null } },
      ],
    })
    expect(content.foreign.map((foreign) => foreign.target?.digest)).toEqual([digest('x')])
    expect(content.named.get('docker.io/library/a:1')?.target).toMatchObject({ annotations: { note: '' } })
  })

  it('takes a null list for an empty one, as Go writes it', () => {
    expect(read({ schemaVersion: 2, manifests: null })).toMatchObject({ foreign: [] })
  })

  it.each([
    ['INDEX_JSON_INVALID', ''],
    ['INDEX_JSON_INVALID', '\0\0\0\0'],
    ['INDEX_JSON_INVALID', '[]'],
    ['INDEX_JSON_INVALID', 'null'],
    ['INDEX_JSON_INVALID', '{"schemaVersion":2,"manifests":{}}'],
    // A disk that has changed one bit of that word has not removed all names.
    ['INDEX_JSON_INVALID', '{"schemaVersion":2,"manifestr":[]}'],
    ['INDEX_JSON_INVALID', '{"schemaVersion":2}'],
    ['INDEX_JSON_INVALID', '{"schemaVersion":2,"schemaVersion":2}'],
    ['INDEX_JSON_INVALID', '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json"}'],
    ['INDEX_JSON_UNSUPPORTED', '{"schemaVersion":3,"manifests":[]}'],
    ['INDEX_JSON_UNSUPPORTED', '{"manifests":[]}'],
  ])('%s: %j', (code, document) => {
    expect(() => read(document)).toThrow(
      expect.objectContaining({
        code,
        hint: expect.stringContaining('left as it is') as string,
        facts: expect.objectContaining({ path: '/store/index.json' }) as object,
      }),
    )
  })

  it('refuses every part of a document that a crash cut off', () => {
    const whole = text({ named: named(['a:1', 'x']), foreign: [], extra: [] })
    for (let length = 0; length < whole.length; length += 1)
      expect(() => read(whole.slice(0, length))).toThrow(expect.objectContaining({ code: 'INDEX_JSON_INVALID' }))
  })

  it('answers any bytes with content or a typed error', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map(bytes),
          fc.json().map((list) => bytes(`{"schemaVersion":2,"manifests":[${list}]}`)),
        ),
        (input) => {
          expect(outcome(() => parseIndexJson(input, 'p'))).toMatch(
            /^(?:content|INDEX_JSON_INVALID|INDEX_JSON_UNSUPPORTED)$/,
          )
        },
      ),
    )
  })
})

describe('slices of JSON', () => {
  it('are the elements and members as they were written', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue()), (list, map) => {
        for (const write of [JSON.stringify, spaced]) {
          expect(elementSlices(write(list)).map((slice) => JSON.parse(slice) as unknown)).toEqual(
            JSON.parse(write(list)),
          )
          expect(memberSlices(write(map)).map(([key, slice]) => [key, JSON.parse(slice) as unknown])).toEqual(
            Object.entries(JSON.parse(write(map)) as object),
          )
        }
      }),
    )
  })
})

describe('the ref name grammar', () => {
  it.each([
    'localhost:5000/t/app:1',
    'docker.io/library/alpine:3.20',
    `docker.io/library/a@${digest('x')}`,
    'a--b:1',
    'v1.0+build',
  ])('has %s', (name) => expect(isLayoutRefName(name)).toBe(true))
  it.each(['[::1]:5000/x:1', 'a__b:1', 'a:_1', 'a:1_', 'a---b', '', 'a/', '/a', 'a:1\n'])('has no %j', (name) =>
    expect(isLayoutRefName(name)).toBe(false),
  )
})

function outcome(run: () => unknown): unknown {
  try {
    run()
    return 'content'
  } catch (error) {
    return (error as { code?: unknown }).code
  }
}

function both(name: string): Record<string, string> {
  return { 'org.opencontainers.image.ref.name': name, 'io.containerd.image.name': name }
}
