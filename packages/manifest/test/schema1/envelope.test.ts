import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  base64url,
  digestOf,
  newSigner,
  schema1Document,
  signatureBlock,
  signed,
  withSignatures,
  type Signer,
} from '../../../../test/support/schema1.ts'
import { DOCKER_SCHEMA1, DOCKER_SCHEMA1_SIGNED, ManifestError } from '../../src/index.ts'
import { decodeSchema1, schema1Payload } from '../../src/schema1/index.ts'
import { outcome, refusal } from '../support/documents.ts'

const signer = newSigner('ES256')
const other = newSigner('ES384')
const layer = { blob: `sha256:${'a'.repeat(64)}` }
const document = schema1Document([layer, layer])
const { bytes, payload } = signed(document, signer)
const decode = (given: Uint8Array): ReturnType<typeof decodeSchema1> => decodeSchema1(given, DOCKER_SCHEMA1_SIGNED)

/** The good payload with blocks of one's own making. */
const withBlocks = (...blocks: readonly unknown[]): Buffer => withSignatures(payload, blocks)
const block = (changed: Readonly<Record<string, unknown>> = {}, by: Signer = signer): Record<string, unknown> =>
  signatureBlock(payload, by, changed)
const insert = (text: string, before: string, what: string): Buffer => Buffer.from(text.replace(before, what + before))

describe('the payload of a signed document', () => {
  it('is what docker-registry says its digest is over', () => {
    const real = readFileSync(new URL('../fixtures/docker-registry-2.8.2.schema1.json', import.meta.url))
    expect(digestOf(schema1Payload(real, DOCKER_SCHEMA1_SIGNED))).toBe(
      'sha256:b9f67482e950356312cd8ce73df233a3264e044b571e6d3405901ad1d468e216',
    )
    expect(decode(real)).toMatchObject({
      name: 'real/app',
      tag: 's1',
      architecture: 'amd64',
      signatures: [{ algorithm: 'ES256', path: '$.signatures[0]' }],
    })
  })

  it.each([
    ['compact', undefined, ''],
    ['indented', 3, ''],
    ['indented, with a line feed at its end', 1, '\n'],
    ['indented by tabs, with space around', '\t', ' \r\n\t '],
  ])('%s, is the document as it was before it was signed', (_what, space, end) => {
    const text = JSON.stringify(document, undefined, space) + end
    expect(Buffer.from(schema1Payload(signed(text, signer).bytes, DOCKER_SCHEMA1_SIGNED)).toString()).toBe(text)
  })

  it('is the same under several signatures', () => {
    const twice = signed(document, signer, other)
    expect(decode(twice.bytes).signatures.map(({ algorithm }) => algorithm)).toEqual(['ES256', 'ES384'])
    expect(schema1Payload(twice.bytes, DOCKER_SCHEMA1_SIGNED)).toEqual(new Uint8Array(payload))
  })

  it('does not depend on the white space around the signatures', () => {
    const text = bytes.toString().replace(',"signatures":', ' ,\n\t"signatures" : ').replace(/\}$/, '\n }')
    expect(schema1Payload(Buffer.from(text), DOCKER_SCHEMA1_SIGNED)).toEqual(new Uint8Array(payload))
  })

  it('is the whole of a document that is not signed', () => {
    expect(decodeSchema1(payload, DOCKER_SCHEMA1)).toMatchObject({ mediaType: DOCKER_SCHEMA1, signatures: [], payload })
  })

  it('is that of a signed one whatever the document came as', () => {
    expect(decodeSchema1(bytes, DOCKER_SCHEMA1)).toMatchObject({
      mediaType: DOCKER_SCHEMA1_SIGNED,
      payload: new Uint8Array(payload),
    })
  })

  it('comes back from any JSON object', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.constantFrom(undefined, 1, '\t'),
        fc.constantFrom('', '\n', ' '),
        (object, space, end) => {
          fc.pre(Object.keys(object).length > 0 && !('signatures' in object))
          const text = JSON.stringify(object, undefined, space) + end
          const { value, code = '' } = outcome(() =>
            Buffer.from(schema1Payload(signed(text, signer).bytes, DOCKER_SCHEMA1_SIGNED)).toString(),
          )
          // What strict JSON refuses by itself (names that differ in case) is refused here.
          expect(value === text || code.startsWith('JSON_')).toBe(true)
        },
      ),
    )
  })
})

describe('an envelope that is refused', () => {
  const text = bytes.toString()
  const header = { alg: 'ES256', jwk: signer.header['jwk'] }
  const cases: readonly (readonly [what: string, bytes: Uint8Array, code: string, says: RegExp])[] = [
    ['has no signatures', payload, 'SCHEMA1_ENVELOPE_INVALID', /missing signature key/],
    ['has an empty list of them', withBlocks(), 'SCHEMA1_ENVELOPE_INVALID', /missing signature key/],
    [
      'has null for them',
      Buffer.from(text.replace(/"signatures":.*\}$/, '"signatures":null}')),
      'SCHEMA1_ENVELOPE_INVALID',
      /missing signature key/,
    ],
    [
      'has blocks that disagree about the length',
      withBlocks(block(), block({ formatLength: 12 }, other)),
      'SCHEMA1_ENVELOPE_INVALID',
      /conflicting format length: \d+ and 12/,
    ],
    [
      'has blocks that disagree about the tail',
      withBlocks(block(), block({ formatTail: base64url('\n}') }, other)),
      'SCHEMA1_ENVELOPE_INVALID',
      /conflicting format tail/,
    ],
    [
      'has blocks that disagree, the first of them about nothing',
      withBlocks(block({ formatLength: 0 }), block({}, other)),
      'SCHEMA1_ENVELOPE_INVALID',
      /conflicting format length: 0 and/,
    ],
    [
      'has no format length',
      withBlocks(block({ formatLength: undefined })),
      'SCHEMA1_ENVELOPE_INVALID',
      /missing formatted length/,
    ],
    [
      'has no format tail',
      withBlocks(block({ formatTail: undefined })),
      'SCHEMA1_ENVELOPE_INVALID',
      /missing formatted tail/,
    ],
    [
      'has a format length beyond the body',
      withBlocks(block({ formatLength: 1_000_000 })),
      'SCHEMA1_ENVELOPE_INVALID',
      /invalid format length: 1000000 bytes were signed/,
    ],
    [
      'has a negative format length',
      withBlocks(block({ formatLength: -1 })),
      'SCHEMA1_ENVELOPE_INVALID',
      /the number -1, not an integer/,
    ],
    ['has a fraction for it', withBlocks(block({ formatLength: 1.5 })), 'SCHEMA1_ENVELOPE_INVALID', /the number 1\.5/],
    [
      'has text for it',
      withBlocks(block({ formatLength: '12' })),
      'SCHEMA1_ENVELOPE_INVALID',
      /a string, not an integer/,
    ],
    ['was signed only in part', withBlocks(block({ formatLength: 30 })), 'JSON_INVALID', /./],
    [
      'was signed as an empty object',
      withBlocks(block({ formatLength: 0, formatTail: base64url('{}') })),
      'SCHEMA1_ENVELOPE_INVALID',
      /tail is more than the end/,
    ],
    [
      'has a tail with members of its own',
      withBlocks(block({ formatTail: base64url(',"tag":"evil"}') })),
      'SCHEMA1_ENVELOPE_INVALID',
      /tail is more than the end/,
    ],
    [
      'has a tail that is no base64url',
      withBlocks(block({ formatTail: 'fQ==' })),
      'SCHEMA1_ENVELOPE_INVALID',
      /tail is not base64url/,
    ],
    ['has a tail of no UTF-8', withBlocks(block({ formatTail: base64url(Buffer.of(0xff)) })), 'JSON_INVALID', /UTF-8/],
    [
      'has a protected header of no base64url',
      withBlocks({ header, signature: 'AAAA', protected: 'a+/=' }),
      'SCHEMA1_ENVELOPE_INVALID',
      /protected header is not base64url/,
    ],
    [
      'has a protected header of no JSON',
      withBlocks({ header, signature: 'AAAA', protected: base64url('{') }),
      'JSON_INVALID',
      /./,
    ],
    [
      'has a protected header that says everything twice',
      withBlocks({
        header,
        signature: 'AAAA',
        protected: base64url('{"formatLength":1,"formatLength":2,"formatTail":"fQ"}'),
      }),
      'JSON_DUPLICATE',
      /formatLength/,
    ],
    [
      'has no protected header',
      withBlocks({ header, signature: 'AAAA' }),
      'SCHEMA1_ENVELOPE_INVALID',
      /protected is missing/,
    ],
    ['has no header', withBlocks({ ...block(), header: undefined }), 'SCHEMA1_ENVELOPE_INVALID', /header is missing/],
    [
      'has no signature',
      withBlocks({ ...block(), signature: undefined }),
      'SCHEMA1_ENVELOPE_INVALID',
      /signature is missing/,
    ],
    [
      'has a signature of no base64url',
      withBlocks({ ...block(), signature: 'A' }),
      'SCHEMA1_ENVELOPE_INVALID',
      /signature is not base64url/,
    ],
    [
      'has a certificate of no base64',
      withBlocks({ ...block(), header: { alg: 'ES256', x5c: ['*'] } }),
      'SCHEMA1_ENVELOPE_INVALID',
      /certificate is not base64/,
    ],
    [
      'has a key that is a number',
      withBlocks({ ...block(), header: { alg: 'ES256', jwk: 1 } }),
      'SCHEMA1_ENVELOPE_INVALID',
      /jwk is the number 1, not an object/,
    ],
    ['has a text for a block', withBlocks('x'), 'SCHEMA1_ENVELOPE_INVALID', /not an object/],
    ['has too many signatures', withBlocks(...Array.from({ length: 33 }, () => block())), 'TOO_LARGE', /33 entries/],
    [
      'has too many certificates',
      withBlocks({ ...block(), header: { alg: 'ES256', x5c: Array.from({ length: 11 }, () => 'AAAA') } }),
      'TOO_LARGE',
      /11 entries/,
    ],
    [
      'has further content after the signatures',
      Buffer.from(text.replace(/\}$/, ',"evil":true}')),
      'SCHEMA1_ENVELOPE_INVALID',
      /content beside what was signed/,
    ],
    [
      'has further layers after the signatures',
      Buffer.from(text.replace(/\}$/, ',"fsLayers":[]}')),
      'JSON_DUPLICATE',
      /fsLayers/,
    ],
    [
      'has further layers in another spelling after them',
      Buffer.from(text.replace(/\}$/, ',"FSLayers":[]}')),
      'JSON_DUPLICATE',
      /FSLayers/,
    ],
    [
      'has further content between payload and signatures',
      insert(text, ',"signatures":', ',"evil":true'),
      'SCHEMA1_ENVELOPE_INVALID',
      /content beside what was signed/,
    ],
    [
      'has signatures among what was signed',
      signed({ ...document, signatures: [] }, signer).bytes,
      'JSON_DUPLICATE',
      /signatures/,
    ],
    ['has something after its end', Buffer.from(`${text}{}`), 'JSON_INVALID', /something follows/],
    [
      'continues the last number',
      Buffer.from(signed('{"a":1}', signer).bytes.toString().replace('1,', '12,')),
      'SCHEMA1_ENVELOPE_INVALID',
      /content beside what was signed/,
    ],
    ['is no JSON', Buffer.from('<html>'), 'JSON_INVALID', /./],
    ['is a list', Buffer.from('[]'), 'MANIFEST_INVALID', /an array, not an object/],
    ['is empty', Buffer.alloc(0), 'JSON_INVALID', /./],
  ]

  it.each(cases)('%s', (_what, given, code, says) => {
    const error = refusal(() => decode(given))
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(says)])
    expect(error.hint).toBeTruthy()
  })

  it('is larger than the limits', () => {
    expect(refusal(() => decodeSchema1(bytes, DOCKER_SCHEMA1_SIGNED, { maxBytes: bytes.length - 1 }))).toMatchObject({
      code: 'TOO_LARGE',
      facts: { actual: bytes.length },
    })
  })
})

describe('hostile bytes', () => {
  // oxlint-disable-next-line no-control-regex
  const unprintable = /[\u0000-\u001f\u007f-\u009f\u202e]/
  const faults = (given: Uint8Array): unknown[] => {
    try {
      decode(given)
      return []
    } catch (error) {
      return error instanceof ManifestError &&
        !unprintable.test(`${error.message}${error.hint}${error.at}`) &&
        error.message.length < 2000
        ? []
        : [error]
    }
  }

  it('cause typed errors only: random ones', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (given) => {
        expect(faults(given)).toEqual([])
      }),
    )
  })

  it('cause typed errors only: an envelope with bytes changed, removed and doubled', () => {
    const edit = fc.record({ at: fc.nat(), remove: fc.nat({ max: 6 }), insert: fc.uint8Array({ maxLength: 4 }) })
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        let changed = [...bytes]
        for (const { at, remove, insert: more } of edits)
          changed = changed.toSpliced(at % (changed.length + 1), remove, ...more)
        expect(faults(Uint8Array.from(changed))).toEqual([])
      }),
    )
  })

  it('point to no place outside the document: what is wrong inside the signed part is told in words', () => {
    const tail = base64url(`${' '.repeat(2 * bytes.length)}}`)
    const signedPart = refusal(() => decode(withBlocks(block({ formatLength: 10, formatTail: tail }))))
    expect([signedPart.code, signedPart.facts.offset, signedPart.message]).toEqual([
      'JSON_INVALID',
      undefined,
      expect.stringMatching(/^what was signed: /),
    ])
    const inHeader = refusal(() =>
      decode(withBlocks({ ...block(), protected: base64url(`{"formatLength":1,"formatTail":"${tail}",`) })),
    )
    expect([inHeader.code, inHeader.facts.offset, inHeader.message]).toEqual([
      'JSON_INVALID',
      undefined,
      expect.stringMatching(/^the protected header: /),
    ])
  })

  it('cause typed errors only: a protected header of anything', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), (formatLength, formatTail, header) => {
        const protectedHeader = base64url(
          JSON.stringify({
            formatLength,
            formatTail: typeof formatTail === 'string' ? base64url(formatTail) : formatTail,
          }),
        )
        expect(faults(withBlocks({ header, signature: 'AAAA', protected: protectedHeader }))).toEqual([])
      }),
    )
  })

  it('never change what was signed: a body with one byte changed has the same payload, another one, or none', () => {
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 255 }), (at, byte) => {
        const changed = Uint8Array.from(bytes)
        changed[at] = byte
        const { value } = outcome(() => decode(changed))
        // Within the payload the change is seen by whoever verifies the digest; behind it nothing may come of it.
        expect(value === undefined || at < payload.length - 1 || payload.equals(value.payload)).toBe(true)
      }),
    )
  })
})
