import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DOCKER_MANIFEST, ManifestError, OCI_INDEX, OCI_MANIFEST, parseImageConfig, schemas } from '../src/index.ts'
import { bytesOf, descriptor, digestOf, indexDocument, manifestDocument } from './support/documents.ts'

const config = {
  architecture: 'amd64',
  os: 'linux',
  config: { Env: ['A=b'], Labels: { a: 'b' }, Volumes: { '/': {} } },
  rootfs: { type: 'layers', diff_ids: [digestOf('a')] },
  history: [{ created_by: 'x', empty_layer: true }],
}
const documents = [
  manifestDocument({ annotations: { a: 'b' }, subject: descriptor('e', { size: 2, data: 'e30=' }) }),
  indexDocument({ annotations: { a: 'b' } }),
  config,
  { schemaVersion: 1, fsLayers: [], history: [] },
]
const types = [OCI_MANIFEST, OCI_INDEX, DOCKER_MANIFEST, 'application/json', undefined]

// oxlint-disable-next-line no-control-regex
const unprintable = /[\u0000-\u001f\u007f-\u009f\u202e]/

/** Tries every way in, and returns what was thrown that is no typed error or not fit to print. */
function faultsOf(bytes: Uint8Array): unknown[] {
  const ways = [() => parseImageConfig(bytes), ...types.map((type) => () => schemas.unmarshal(type, bytes))]
  return ways.flatMap((way) => {
    try {
      way()
      return []
    } catch (error) {
      if (!(error instanceof ManifestError)) return [error]
      return unprintable.test(`${error.message}${error.hint}${error.at}${JSON.stringify(error.facts)}`) ||
        error.message.length > 2000
        ? [error]
        : []
    }
  })
}

describe('decoders throw typed errors only', () => {
  it('on random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(faultsOf(bytes)).toEqual([])
      }),
    )
  })

  it('on random JSON', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(faultsOf(new TextEncoder().encode(text))).toEqual([])
      }),
    )
  })

  it('on documents with bytes changed, removed and doubled', () => {
    const edit = fc.record({ at: fc.nat(), remove: fc.nat({ max: 6 }), insert: fc.uint8Array({ maxLength: 4 }) })
    fc.assert(
      fc.property(fc.constantFrom(...documents), fc.array(edit, { minLength: 1, maxLength: 4 }), (document, edits) => {
        let bytes = [...bytesOf(document)]
        for (const { at, remove, insert } of edits) bytes = bytes.toSpliced(at % (bytes.length + 1), remove, ...insert)
        expect(faultsOf(Uint8Array.from(bytes))).toEqual([])
      }),
    )
  })

  it('on documents with a value or a name replaced', () => {
    const odd = fc.constantFrom<unknown>(
      null,
      -1,
      1e300,
      0.5,
      '',
      '\u001b[2J',
      '\u202e',
      [],
      {},
      [null],
      { a: { b: [] } },
      true,
      digestOf('g'),
      'x'.repeat(5000),
    )
    const name = fc.constantFrom(
      'layers',
      'Layers',
      'manifests',
      'config',
      '__proto__',
      'constructor',
      'size',
      '\u009b',
    )
    fc.assert(
      fc.property(
        fc.constantFrom(...documents),
        fc.nat(),
        odd,
        fc.option(name, { nil: undefined }),
        (document, nth, value, renamed) => {
          let count = 0
          const replaced = (node: unknown): unknown => {
            if (count++ === nth % 30) return value
            if (Array.isArray(node)) return node.map(replaced)
            if (typeof node !== 'object' || node === null) return node
            return Object.fromEntries(
              Object.entries(node).map(([key, member]) => [
                renamed !== undefined && count % 7 === nth % 7 ? renamed : key,
                replaced(member),
              ]),
            )
          }
          expect(faultsOf(new TextEncoder().encode(JSON.stringify(replaced(document))))).toEqual([])
        },
      ),
    )
  })
})
