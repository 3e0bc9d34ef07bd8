import type { Digest } from '@lading/digest'
import { describe, expect, it } from 'vitest'
import {
  DOCKER_MANIFEST,
  OCI_EMPTY,
  OCI_INDEX,
  OCI_MANIFEST,
  imageProblem,
  matchPlatforms,
  parseImageConfig,
  parsePlatform,
  parseStrictJson,
  schemas,
  type Descriptor,
} from '../src/index.ts'
import { bytesOf, descriptor, digestOf, indexDocument, manifestDocument, refusal } from './support/documents.ts'

// Attacks on manifests, indexes and configs, as far as they can be met without a network. What takes
// a registry and a store (M5, M8 to M10) is in @lading/distribution.

const decode = (document: unknown, mediaType: string = OCI_MANIFEST): unknown =>
  schemas.unmarshal(mediaType, bytesOf(document))
const codeOf = (document: unknown, mediaType?: string): string => refusal(() => decode(document, mediaType)).code
const config = (more: object): Uint8Array =>
  bytesOf({ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [digestOf('a')] }, ...more })
const size = (written: string): unknown => JSON.stringify(manifestDocument()).replace('"size":12', `"size":${written}`)
// oxlint-disable-next-line no-control-regex
const unprintable = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/

describe('the attack corpus', () => {
  it('M1: one document is manifest and index at once, or not what it came as', () => {
    expect(codeOf({ ...manifestDocument(), ...indexDocument() })).toBe('MANIFEST_AMBIGUOUS')
    expect(codeOf({ ...manifestDocument(), ...indexDocument() }, OCI_INDEX)).toBe('MANIFEST_AMBIGUOUS')
    expect(codeOf({ ...indexDocument(), fsLayers: [] }, OCI_INDEX)).toBe('MANIFEST_AMBIGUOUS')
    expect(codeOf({ ...manifestDocument(), mediaType: OCI_INDEX })).toBe('MANIFEST_MEDIA_TYPE')
    // Of the two families the document's own type decides; what it is stays the same.
    expect(decode({ ...manifestDocument(), mediaType: DOCKER_MANIFEST })).toMatchObject({
      kind: 'manifest',
      mediaType: DOCKER_MANIFEST,
    })
    expect(schemas.unmarshal(OCI_INDEX, bytesOf(indexDocument()))).toMatchObject({ kind: 'index' })
  })

  it('M2: a member comes twice, in one spelling or in two', () => {
    expect(codeOf('{"schemaVersion":2,"layers":[],"layers":[],"config":{}}')).toBe('JSON_DUPLICATE')
    expect(codeOf({ ...manifestDocument(), Layers: [] })).toBe('JSON_DUPLICATE')
    expect(refusal(() => parseImageConfig(config({ RootFS: {} }))).code).toBe('JSON_DUPLICATE')
  })

  it('M3: a size that is negative, too large, fractional, text, or missing', () => {
    for (const written of ['-1', '9007199254740993', '1.5', '"12"', 'null'])
      expect(
        refusal(() => decode(size(written))),
        written,
      ).toMatchObject({ code: 'MANIFEST_INVALID', at: '$.config.size' })
    expect(codeOf(manifestDocument({ config: descriptor('c', { size: undefined }) }))).toBe('MANIFEST_INVALID')
  })

  it('M4: 4 MiB and a byte, 100,000 layers, a million entries of history, annotations without end', () => {
    expect(codeOf(JSON.stringify(manifestDocument()).padEnd(4 * 1024 * 1024 + 1))).toBe('TOO_LARGE')
    expect(codeOf(JSON.stringify(manifestDocument({ annotations: { a: 'x'.repeat(100 * 1024 * 1024) } })))).toBe(
      'TOO_LARGE',
    )
    const layers = JSON.stringify({ ...manifestDocument(), layers: 0 }).replace(
      '"layers":0',
      `"layers":[${'{},'.repeat(99_999)}{}]`,
    )
    expect(refusal(() => decode(layers))).toMatchObject({
      code: 'TOO_LARGE',
      at: '$.layers',
      facts: { expected: 1000, actual: 100_000 },
    })
    expect(
      refusal(() => parseImageConfig(bytesOf(`{"rootfs":{"type":"layers"},"history":[${'{},'.repeat(999_999)}{}]}`))),
    ).toMatchObject({ code: 'TOO_LARGE', at: '$.history' })
  })

  it('M6: embedded data that is not base64, of another length, or 3 MB in a place for 12 bytes', () => {
    const withData = (data: unknown, bytes = 12): unknown =>
      manifestDocument({ layers: [descriptor('a', { data, size: bytes })] })
    for (const data of ['%%%%', 'AAAA', 'A'.repeat(4_000_000), 7])
      expect(refusal(() => decode(withData(data)))).toMatchObject({ code: 'MANIFEST_INVALID', at: '$.layers[0].data' })
    expect(decode(withData('e30=', 2))).toMatchObject({ layers: [{ data: new TextEncoder().encode('{}') }] })
  })

  it('M7: platforms that twist the choice', () => {
    const entry = (text: string, digit: string, more: Partial<Descriptor> = {}): Descriptor => {
      const [os = '', architecture = '', variant] = text.split('/')
      return {
        mediaType: OCI_MANIFEST,
        digest: digestOf(digit) as Digest,
        size: 1,
        platform: { os, architecture, variant },
        ...more,
      }
    }
    const twins = [entry('linux/arm64/v8', 'a'), entry('linux/arm64', 'b')]
    expect(matchPlatforms(twins, parsePlatform('linux/arm64')).candidates).toEqual(twins)
    expect(matchPlatforms(twins, parsePlatform('linux/arm64/v8')).candidates[0]).toBe(twins[0])
    const attestation = entry('linux/arm64', 'c', {
      annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
    })
    expect(matchPlatforms([entry('unknown/unknown', 'd'), attestation], parsePlatform('linux/arm64'))).toMatchObject({
      candidates: [],
      rejected: [{ reason: 'an attestation, not an image' }, { reason: 'an attestation, not an image' }],
    })
    const artifact = schemas.unmarshal(
      OCI_MANIFEST,
      bytesOf(
        manifestDocument({
          artifactType: 'application/vnd.acme.thing',
          config: descriptor('4', { mediaType: OCI_EMPTY, size: 2, data: 'e30=' }),
        }),
      ),
    )
    expect(imageProblem(artifact)).toMatchObject({ what: 'an artifact of type "application/vnd.acme.thing"' })
  })

  it('M8: diffIDs that are none', () => {
    for (const diffId of ['sha256:abc', digestOf('A'), 'md5:d41d8cd98f00b204e9800998ecf8427e', '../../x', 7]) {
      expect(refusal(() => parseImageConfig(config({ rootfs: { type: 'layers', diff_ids: [diffId] } })))).toMatchObject(
        { code: 'CONFIG_INVALID', at: '$.rootfs.diff_ids[0]' },
      )
    }
  })

  it('M9: a blob twice, no layer, the config as a layer: odd, and valid; an empty config is none', () => {
    const a = descriptor('a')
    expect(decode(manifestDocument({ layers: [a, a] }))).toMatchObject({ layers: [a, a] })
    expect(decode(manifestDocument({ layers: [] }))).toMatchObject({ layers: [] })
    expect(decode(manifestDocument({ layers: [descriptor('c')] }))).toMatchObject({
      layers: [{ digest: digestOf('c') }],
    })
    expect(refusal(() => parseImageConfig(bytesOf('{}'))).code).toBe('CONFIG_NO_ROOTFS')
  })

  it('M11: titles that are paths and labels that are commands stay data', () => {
    const annotations = {
      'org.opencontainers.image.title': '../../.ssh/authorized_keys',
      'org.opencontainers.image.ref.name': 'docker.io/library/alpine:latest',
    }
    expect(decode(manifestDocument({ layers: [descriptor('a', { annotations })] }))).toMatchObject({
      layers: [{ annotations }],
    })
    expect(parseImageConfig(config({ config: { Labels: { x: 'x://$(reboot)' } } })).config?.Labels).toEqual({
      x: 'x://$(reboot)',
    })
  })

  it('M12: what would write to a terminal is escaped and cut in every error', () => {
    const hostile = [
      '\u001b]0;owned\u0007',
      '\u001b[2J',
      '\r\n::set-output name=x::y',
      '\u001b]8;;https://evil\u0007',
      '\u001b]52;c;eA==\u0007',
      '\u009b2J',
      '\u202egnp.exe',
      '%s%n',
      'A'.repeat(1_000_000),
    ]
    for (const text of hostile) {
      for (const document of [
        manifestDocument({ mediaType: text }),
        manifestDocument({ layers: [descriptor('a', { digest: text })] }),
        manifestDocument({ layers: [descriptor('a', { annotations: { [text]: 1 } })] }),
        { ...manifestDocument(), config: descriptor('c', { size: text }) },
      ]) {
        const error = refusal(() => decode(document))
        const shown = [error.message, error.hint, error.at, ...Object.values(error.facts).map(String)].join('')
        expect(shown).not.toMatch(unprintable)
        expect(shown.length).toBeLessThan(4000)
      }
    }
  })

  it('M13: names of what objects inherit are members like any other', () => {
    const names = '{"__proto__":"a","constructor":"b","toString":"c","hasOwnProperty":"d"}'
    const before = Object.getOwnPropertyNames(Object.prototype)
    const manifest = schemas.unmarshal(
      OCI_MANIFEST,
      bytesOf(
        JSON.stringify(manifestDocument({ annotations: 0 })).replace('"annotations":0', `"annotations":${names}`),
      ),
    )
    expect(Object.entries(manifest.annotations ?? {})).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
      ['toString', 'c'],
      ['hasOwnProperty', 'd'],
    ])
    expect(Object.getPrototypeOf(manifest.annotations)).toBeNull()
    expect(codeOf(`{"schemaVersion":2,"__proto__":${JSON.stringify(manifestDocument())}}`)).toBe('MANIFEST_INVALID')
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before)
    // Somebody else's code has polluted the prototype: no member comes from there.
    // oxlint-disable-next-line no-extend-native -- that is the attack
    Object.defineProperty(Object.prototype, 'config', {
      value: descriptor('f'),
      configurable: true,
      enumerable: true,
      writable: true,
    })
    try {
      expect(codeOf({ schemaVersion: 2, layers: [] })).toBe('MANIFEST_INVALID')
    } finally {
      Reflect.deleteProperty(Object.prototype, 'config')
    }
  })

  it('M14: a byte order mark, invalid UTF-8, lone surrogates, anything behind the document', () => {
    const good = bytesOf(manifestDocument())
    const bad = [
      [0xef, 0xbb, 0xbf, ...good],
      [...good, 0xff],
      [...good, 0x00],
      [...good, ...good],
      [...bytesOf('{"a":"'), 0xed, 0xa0, 0x80, 0x22, 0x7d],
      bytesOf('{"a":"\\ud800"}'),
    ]
    for (const bytes of bad) {
      for (const read of [
        () => schemas.unmarshal(OCI_MANIFEST, Uint8Array.from(bytes)),
        () => parseImageConfig(Uint8Array.from(bytes)),
        () => parseStrictJson(Uint8Array.from(bytes)),
      ]) {
        expect(refusal(read)).toMatchObject({ code: 'JSON_INVALID', facts: { offset: expect.any(Number) as number } })
      }
    }
  })
})
