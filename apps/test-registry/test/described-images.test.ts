import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  artifact,
  image,
  index,
  parseImages,
  schema1,
  TestRegistryError,
  type Built,
  type Description,
} from '../src/index.ts'
import { summaryOf } from '../src/images/described/summary.ts'

const read = (description: unknown): readonly Built[] => parseImages(JSON.stringify(description))
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

/** What is seeded and where: everything but which class the bytes are. */
const essence = (built: Built): unknown => [
  summaryOf(built),
  built.document,
  built.descriptor,
  built.kind === 'index' ? built.manifests.map(essence) : built.layers.map(({ descriptor }) => descriptor),
]

function refusal(description: unknown): string {
  try {
    read(description)
  } catch (error) {
    if (error instanceof TestRegistryError && (error.code === 'IMAGE_INVALID' || error.code === 'NAME_INVALID'))
      return error.message
    throw error
  }
  throw new Error('it was read')
}

describe('a description gives what the builder gives', () => {
  const raw = Uint8Array.of(0x1f, 0x8b, 0, 255)
  const lie = `sha256:${'0'.repeat(64)}` as const
  test.each<[string, Description, { readonly build: () => Built }]>([
    [
      'files',
      { name: 't/app:1', layers: [{ files: { 'etc/': '', 'etc/motd': 'hello', 'bin/x': { base64: base64(raw) } } }] },
      image('t/app:1').layer({ 'etc/': '', 'etc/motd': 'hello', 'bin/x': raw }),
    ],
    [
      'files of every kind',
      {
        name: 't/app',
        layers: [
          {
            files: {
              x: { content: 'a', mode: '0755', uid: 3, mtime: 9 },
              l: { type: 'symlink', target: '../../etc' },
              m: { content: { base64: 'AA==' }, mode: 511 },
            },
          },
        ],
      },
      image('t/app').layer({
        x: { content: 'a', mode: 0o755, uid: 3, mtime: 9 },
        l: { type: 'symlink', target: '../../etc' },
        m: { content: Uint8Array.of(0), mode: 0o777 },
      }),
    ],
    [
      'random bytes',
      { name: 't/app:1', layers: [{ random: 1000, seed: 7, compression: 'zstd' }] },
      image('t/app:1').randomLayer(1000, { seed: 7, compression: 'zstd' }),
    ],
    [
      'a tar and a blob',
      {
        name: 't/app:1',
        layers: [
          { tar: { base64: base64(raw) }, compression: 'none' },
          { blob: { base64: base64(raw) }, tar: 'x' },
        ],
      },
      image('t/app:1')
        .layer(raw, { compression: 'none' })
        .rawLayer(raw, { tar: Buffer.from('x') }),
    ],
    [
      'layers that lie',
      {
        name: 't/app:1',
        layers: [
          {
            files: { a: 'b' },
            urls: ['https://x.example/'],
            embed: true,
            claimedDigest: lie,
            claimedSize: 5,
            claimedDiffId: lie,
            level: 1,
            mediaType: 'text/x',
            annotations: { a: 'b' },
            stored: true,
          },
        ],
      },
      image('t/app:1').layer(
        { a: 'b' },
        {
          urls: ['https://x.example/'],
          embed: true,
          claimedDigest: lie,
          claimedSize: 5,
          claimedDiffId: lie,
          level: 1,
          mediaType: 'text/x',
          annotations: { a: 'b' },
          stored: true,
        },
      ),
    ],
    [
      'everything else of an image',
      {
        name: 't/app:1',
        platform: 'linux/arm/v7',
        config: { Cmd: ['sh'] },
        configMembers: { author: 'a' },
        history: [{ created_by: 'x' }],
        mediaTypes: 'docker',
        withoutMediaType: true,
        annotations: { a: 'b' },
        diffIds: [lie],
        manifestMembers: { extra: 1 },
        artifactType: 'x/y',
      },
      image('t/app:1')
        .platform('linux/arm/v7')
        .config({ Cmd: ['sh'] })
        .configMembers({ author: 'a' })
        .history([{ created_by: 'x' }])
        .mediaTypes('docker')
        .withoutMediaType()
        .annotations({ a: 'b' })
        .diffIds([lie])
        .manifestMembers({ extra: 1 })
        .artifactType('x/y'),
    ],
    [
      'a config of its own bytes, a platform in full',
      {
        name: 't/app:1',
        platform: { os: 'windows', architecture: 'amd64', osVersion: '10' },
        rawConfig: { content: 'no json', mediaType: 'a/b' },
      },
      image('t/app:1')
        .platform({ os: 'windows', architecture: 'amd64', osVersion: '10' })
        .rawConfig(Buffer.from('no json'), 'a/b'),
    ],
    [
      'an artifact',
      { name: 't/app:sbom', artifactType: 'x/y', blobs: [{ mediaType: 'text/plain', content: 'hi', title: 'a.txt' }] },
      artifact('t/app:sbom', 'x/y', [{ mediaType: 'text/plain', bytes: Buffer.from('hi'), title: 'a.txt' }]),
    ],
    [
      'schema 1',
      {
        schema1: true,
        name: 't/old:1',
        platform: 'linux/arm64',
        config: { Cmd: ['sh'] },
        members: { extra: 1 },
        layers: [
          { files: { a: 'b' }, image: { author: 'a' } },
          { throwaway: { comment: 'c' } },
          { random: 1000, seed: 3 },
        ],
      },
      schema1('t/old:1')
        .platform('linux/arm64')
        .config({ Cmd: ['sh'] })
        .members({ extra: 1 })
        .layer({ a: 'b' }, { image: { author: 'a' } })
        .throwaway({ comment: 'c' })
        .randomLayer(1000, { seed: 3 }),
    ],
    [
      'schema 1 without a signature',
      { schema1: true, name: 't/old:1', signed: false, layers: [{ files: { a: 'b' } }] },
      schema1('t/old:1').layer({ a: 'b' }).unsigned(),
    ],
    [
      'schema 1 that lies',
      {
        schema1: true,
        name: 't/old:1',
        membersBesideSigned: { tag: '2' },
        brokenSignature: true,
        layers: [{ files: { a: 'b' } }],
      },
      schema1('t/old:1').layer({ a: 'b' }).membersBesideSigned({ tag: '2' }).brokenSignature(),
    ],
    [
      'an index',
      {
        name: 't/multi:1',
        mediaTypes: 'docker',
        annotations: { a: 'b' },
        indexMembers: { extra: 1 },
        manifests: [
          { layers: [{ files: { a: 'b' } }] },
          {
            platform: 'linux/arm64',
            entry: { annotations: { c: 'd' }, stored: false, platform: null, members: { size: 3 } },
          },
          { attest: 0 },
          { manifests: [{}] },
        ],
      },
      index('t/multi:1')
        .mediaTypes('docker')
        .annotations({ a: 'b' })
        .indexMembers({ extra: 1 })
        .add(image().layer({ a: 'b' }))
        .add(image().platform('linux/arm64'), {
          annotations: { c: 'd' },
          stored: false,
          platform: null,
          members: { size: 3 },
        })
        .attest(image().layer({ a: 'b' }))
        .add(index().add(image())),
    ],
  ])('%s', (_, description, built) => {
    expect(read(description).map(essence)).toEqual([essence(built.build())])
  })

  test('a subject by name or as a descriptor', () => {
    const app = image('t/app:1').layer({ a: 'b' })
    const { mediaType, digest, size } = app.build()
    const wanted = [app, image('t/app:sig').subject(app.build())].map((each) => essence(each.build()))
    const first = { name: 't/app:1', layers: [{ files: { a: 'b' } }] }
    expect(read([first, { name: 't/app:sig', subject: 't/app:1' }]).map(essence)).toEqual(wanted)
    expect(read([first, { name: 't/app:sig', subject: { mediaType, digest, size } }]).map(essence)).toEqual(wanted)
  })
})

describe('what is no description is refused with its place', () => {
  test.each([
    [{ layers: [] }, 'image: it has no name'],
    [[{ name: 't/a:1' }, { name: 't/b:1', layer: [] }], "images[1]: there is no member 'layer' here"],
    [{ name: 't/a:1', layers: [{ files: { a: 'b' }, random: 5 }] }, 'image.layers[0]: a layer has one of'],
    [{ name: 't/a:1', layers: [{}] }, 'image.layers[0]: a layer has one of'],
    [{ name: 't/a:1', layers: [{ random: -1 }] }, 'image.layers[0].random: not a whole number from 0 to'],
    [
      { name: 't/a:1', layers: [{ random: 200_000_000 }, { random: 200_000_000 }] },
      'image.layers[1]: more than 268435456 random bytes in all',
    ],
    [{ name: 't/a:1', layers: [{ files: { a: { base64: '!' } } }] }, 'image.layers[0].files.a.base64: not base64: "!"'],
    [
      { name: 't/a:1', layers: [{ files: { a: { mode: '0999' } } }] },
      'image.layers[0].files.a.mode: not a whole number',
    ],
    [
      { name: 't/a:1', layers: [{ files: { a: 'b' }, claimedDigest: 'sha256:x' }] },
      'image.layers[0].claimedDigest: not a sha256',
    ],
    [{ name: 't/a:1', subject: 't/b:1' }, 'image.subject: nothing of that name'],
    [{ name: 't/a:1', blobs: [] }, 'image: an artifact has artifactType'],
    [{ name: 't/a:1', manifests: [{ attest: 0 }] }, 'image.manifests[0].attest: no image stands at that position'],
    [{ name: 't/a:1', schema1: false }, 'image.schema1: it is true or not there'],
    [{ schema1: true }, 'image: it has no name'],
    [{ name: 't/a:1', schema1: true, manifests: [] }, "image: there is no member 'manifests' here"],
    [{ name: 't/a:1', schema1: true, layers: [{ throwaway: true }] }, 'image.layers[0].throwaway: not an object'],
    [{ name: 'T' }, "not a repository and tag of the test registry: 'T'"],
    [{ name: 't/a:1', mediaTypes: '\u001b[31m' }, 'image.mediaTypes: not one of oci, docker: "\\u001b[31m"'],
    [5, 'image: not an object'],
    [[null], 'images[0]: not an object'],
  ])('%j', (description, message) => {
    expect(refusal(description)).toContain(message)
  })

  test('no JSON, and indexes without end', () => {
    expect(() => parseImages('{')).toThrow('is not JSON')
    const deep = (levels: number): unknown => (levels === 0 ? {} : { manifests: [deep(levels - 1)] })
    expect(refusal({ name: 't/a:1', manifests: [deep(8)] })).toContain('more than 8 indexes')
    expect(read({ name: 't/a:1', manifests: [deep(7)] })).toHaveLength(1)
  })

  test('any JSON gives images or a clear error', () => {
    const piece = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.record({ files: fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 1 })) }),
      fc.record({ attest: fc.nat(3) }),
    )
    const member = fc.constantFrom(
      'name',
      'layers',
      'manifests',
      'blobs',
      'platform',
      'config',
      'subject',
      'entry',
      'artifactType',
      'rawConfig',
      'diffIds',
      'schema1',
      'signed',
      'members',
    )
    const holds = (): void =>
      fc.assert(
        fc.property(
          fc.dictionary(member, fc.oneof(piece, fc.array(piece, { maxLength: 3 }), fc.constant('t/app:1'))),
          (description) => {
            try {
              return read(description).length === 1
            } catch (error) {
              return error instanceof TestRegistryError
            }
          },
        ),
      )
    expect(holds).not.toThrow()
  })
})

test('the sample images by a word', () => {
  expect(read([{ sample: true }]).map(({ repository, tag }) => `${repository ?? ''}:${tag ?? ''}`)).toEqual([
    'library/hello:latest',
    'demo/app:1.0',
    'demo/app:1.1',
  ])
})
