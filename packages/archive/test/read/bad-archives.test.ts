import { gzipSync } from 'node:zlib'
import { isLadingError } from '@lading/errors'
import { digestOf } from '@lading/digest/hash'
import { describe, expect, it } from 'vitest'
import { blobPath } from '../../src/file-names.ts'
import { atScale } from '../../../../test/support/scale.ts'
import { archiveOf, type Member } from '../support/some-archive.ts'
import { jsonBytes, textBytes } from '../support/some-files.ts'
import { descriptorOf, dockerArchive, legacyArchive, ociArchive, testImage } from '../support/some-image.ts'
import { waysIn } from '../support/ways-in.ts'

type Members = readonly (readonly [path: string, member: Member])[]

const image = testImage('one')
const other = testImage('two')
const docker = [...dockerArchive([image, 'app:1'])]
const oci = [...ociArchive([image], [{ bytes: image.manifest, name: 'app:1' }])]
const legacy = [...legacyArchive(['base', 'top'], { app: { '1': 1 } }).files]

const replaced = (members: Members, path: string | RegExp, member: Member | undefined): Members =>
  members.flatMap((each): Members => {
    const is = typeof path === 'string' ? each[0] === path : path.test(each[0])
    if (!is) return [each]
    return member === undefined ? [] : [[each[0], member]]
  })
const [layerPath = ''] = docker.map(([path]) => path).filter((path) => path.endsWith('/layer.tar'))
const [configPath = ''] = docker.map(([path]) => path).filter((path) => /^[0-9a-f]{64}\.json$/.test(path))
const manifestPath = blobPath(digestOf(image.manifest))
const dockerItem = (item: object): Members =>
  replaced(
    docker,
    'manifest.json',
    jsonBytes([{ Config: configPath, RepoTags: ['app:1'], Layers: [layerPath, layerPath], ...item }]),
  )

const bad: readonly (readonly [what: string, members: Members, code: string])[] = [
  ['nothing at all', [], 'ARCHIVE_UNKNOWN'],
  [
    'a file system, and no image',
    [
      ['etc/passwd', textBytes('root')],
      ['bin/sh', textBytes('sh')],
    ],
    'ARCHIVE_UNKNOWN',
  ],
  ['two manifest.json', [...docker, ['manifest.json', jsonBytes([])]], 'ARCHIVE_INVALID'],
  ['two manifest.json, one of another spelling', [...docker, ['./manifest.json', jsonBytes([])]], 'ARCHIVE_INVALID'],
  ['two index.json', [...oci, ['index.json', jsonBytes({ schemaVersion: 2, manifests: [] })]], 'ARCHIVE_INVALID'],
  ['one layer under a name that is there twice', [...docker, [layerPath, textBytes('another')]], 'ARCHIVE_INVALID'],
  ['manifest.json is a link', replaced(docker, 'manifest.json', { symlink: configPath }), 'ARCHIVE_INVALID'],
  [
    'index.json is a hard link',
    [...replaced(oci, 'index.json', undefined), ['index.json', { link: 'oci-layout' }]],
    'ARCHIVE_INVALID',
  ],
  ['a config is a link', replaced(docker, configPath, { symlink: 'elsewhere' }), 'ARCHIVE_INVALID'],
  ['a blob is a link', replaced(oci, manifestPath, { symlink: `../../${blobPath(image.id)}` }), 'ARCHIVE_INVALID'],
  ['a layer is a link to outside', replaced(docker, layerPath, { symlink: '../../etc/shadow' }), 'ARCHIVE_INVALID'],
  ['a layer is a link to an absolute path', replaced(docker, layerPath, { symlink: '/etc/shadow' }), 'ARCHIVE_INVALID'],
  ['a layer is a link to nothing', replaced(docker, layerPath, { symlink: 'nothing' }), 'ARCHIVE_INVALID'],
  ['a layer is a link to itself', replaced(docker, layerPath, { symlink: 'layer.tar' }), 'ARCHIVE_INVALID'],
  ['a member outside', [['../evil', textBytes('x')], ...docker], 'ARCHIVE_INVALID'],
  ['an absolute member', [['/etc/cron.d/evil', textBytes('x')], ...docker], 'ARCHIVE_INVALID'],
  ['a layer is missing', replaced(docker, layerPath, undefined), 'ARCHIVE_INCOMPLETE'],
  ['a config is missing', replaced(docker, configPath, undefined), 'ARCHIVE_INCOMPLETE'],
  ['a config is nothing', replaced(docker, configPath, jsonBytes({ config: {} })), 'CONFIG_NO_ROOTFS'],
  ['fewer layers than diffIDs', dockerItem({ Layers: [layerPath] }), 'ARCHIVE_INVALID'],
  ['a config path outside', dockerItem({ Config: '../../etc/passwd' }), 'ARCHIVE_INCOMPLETE'],
  ['a config path that is no text', dockerItem({ Config: 3 }), 'ARCHIVE_INVALID'],
  ['names that are no list', dockerItem({ RepoTags: 'app:1' }), 'ARCHIVE_INVALID'],
  ['manifest.json is no list', replaced(docker, 'manifest.json', jsonBytes({})), 'ARCHIVE_INVALID'],
  ['manifest.json is no JSON', replaced(docker, 'manifest.json', textBytes('[{')), 'JSON_INVALID'],
  [
    'a member of an image twice',
    replaced(docker, 'manifest.json', textBytes('[{"Config":"a","Config":"b"}]')),
    'JSON_DUPLICATE',
  ],
  ['index.json is no index', replaced(oci, 'index.json', image.manifest), 'MANIFEST_MEDIA_TYPE'],
  ...['2.0.0', '1.', '1.x.0', '01.0.0', '1.0', '10.0.0', 1].map(
    (imageLayoutVersion) =>
      [
        `a layout of version ${imageLayoutVersion}`,
        replaced(oci, 'oci-layout', jsonBytes({ imageLayoutVersion })),
        'ARCHIVE_UNSUPPORTED',
      ] as const,
  ),
  [
    'a manifest that is not what its path says',
    replaced(oci, manifestPath, other.manifest),
    'SIZE_MISMATCH DIGEST_MISMATCH',
  ],
  ['two halves of different images', [...oci, ...dockerArchive([other, 'app:1'])], 'ARCHIVE_AMBIGUOUS'],
  ['two halves that call different images by one name', halvesOfOneName(), 'ARCHIVE_AMBIGUOUS'],
  ['an image whose parent is missing', replaced(legacy, /\/json$/, undefined), 'ARCHIVE_INCOMPLETE'],
  ['an image from before docker 1.10 whose system is no text', legacyWith({ os: 3 }), 'SCHEMA1_HISTORY_INVALID'],
  ['an image that is its own parent', legacyCircle(), 'ARCHIVE_INVALID'],
  [
    'an image without a name that is its own parent',
    replaced(legacyCircle(), 'repositories', undefined),
    'ARCHIVE_INVALID',
  ],
  [
    'an ID that is a path',
    [...replaced(legacy, 'repositories', jsonBytes({ app: { '1': '../../etc' } }))],
    'ARCHIVE_INVALID',
  ],
  [
    'a layer in xz',
    replaced(docker, layerPath, Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, ...new Uint8Array(20))),
    'ARCHIVE_UNSUPPORTED',
  ],
  // All of it has to be there, for it is refused by what a member says of itself.
  ...atScale<typeof bad>(
    [],
    [
      [
        'a document that is larger than any',
        [...docker.slice(0, -1), ['manifest.json', new Uint8Array(65 * 1024 * 1024)]],
        'ARCHIVE_TOO_LARGE',
      ],
    ],
  ),
]

function halvesOfOneName(): Members {
  const files = ociArchive(
    [image, other],
    [
      { bytes: image.manifest, fullName: 'docker.io/library/app:1' },
      { bytes: other.manifest, fullName: 'docker.io/library/app:2' },
    ],
  )
  return [...files, ...dockerArchive([other, 'app:1'])]
}

function legacyWith(changed: object): Members {
  return legacy.map(([path, bytes]) =>
    path.endsWith('/json')
      ? [path, jsonBytes({ ...(JSON.parse(Buffer.from(bytes).toString()) as object), ...changed })]
      : [path, bytes],
  )
}

function legacyCircle(): Members {
  const id = 'a'.repeat(64)
  return [
    ['repositories', jsonBytes({ app: { '1': id } })],
    [`${id}/json`, jsonBytes({ id, parent: id, created: '2014-10-01T20:46:08Z' })],
    [`${id}/layer.tar`, textBytes('layer')],
  ]
}

async function failureOf(run: () => Promise<unknown>): Promise<unknown> {
  return run().then(
    () => undefined,
    (error: unknown) => error,
  )
}

function expectTyped(error: unknown, codes: string): void {
  expect(isLadingError(error), String(error)).toBe(true)
  if (!isLadingError(error)) return
  expect(codes.split(' '), error.message).toContain(error.code)
  expect(error.hint).toBeTruthy()
}

describe.each(Object.entries(waysIn))('a bad archive read %s', (way, read) => {
  it.each(bad)('is refused: %s', async (_, members, code) => {
    const archive = await archiveOf(members)
    expectTyped(await failureOf(() => read(archive)), code)
  })

  it('is refused wherever it is cut off', async () => {
    const archive = await archiveOf(docker)
    for (let length = 0; length < archive.byteLength; length += 512) {
      expectTyped(await failureOf(() => read(archive.subarray(0, length))), 'TAR_TRUNCATED')
      expectTyped(await failureOf(() => read(archive.subarray(0, length + 100))), 'TAR_TRUNCATED TAR_CORRUPT')
    }
  })

  it('is refused wherever the compressed one is cut off', async () => {
    const archive = gzipSync(await archiveOf(oci))
    for (let length = 20; length < archive.byteLength; length += 97)
      expectTyped(await failureOf(() => read(archive.subarray(0, length))), 'COMPRESSION_TRUNCATED')
  })

  it('is refused: a bomb around it', async () => {
    const archive = gzipSync(await archiveOf([['x', new Uint8Array(3 * 1024 * 1024)], ...docker]))
    expectTyped(await failureOf(() => read(archive, { maxOutput: 1024 * 1024 })), 'COMPRESSION_OUTPUT_LIMIT')
    expectTyped(
      await failureOf(() => read(archive, { maxRatio: 10, ratioFloor: 1024 * 1024 })),
      'COMPRESSION_RATIO_LIMIT',
    )
  })

  it('is refused: a tar of nothing but noise', async () => {
    const noise = Uint8Array.from({ length: 5000 }, (_, at) => (at * 7919) % 251)
    expectTyped(await failureOf(() => read(noise)), 'TAR_CORRUPT')
    expect(way).toBeTruthy()
  })
})

describe('what is wrong about images from before docker 1.10', () => {
  const ids = ['a', 'b'].map((digit) => digit.repeat(64))
  const linked = (parent: string): Members => [
    [`${ids[0]}/json`, jsonBytes({ id: ids[0], parent, created: '2014-10-01T20:46:08Z' })],
    [`${ids[0]}/layer.tar`, textBytes('layer')],
  ]
  const chain = Array.from({ length: 1001 }, (_, at) => at.toString(16).padStart(64, '0'))
  const long = chain.flatMap((id, at): Members => [
    [`${id}/json`, jsonBytes({ id, parent: chain[at - 1], created: '2014-10-01T20:46:08Z' })],
    [`${id}/layer.tar`, textBytes('layer')],
  ])
  const named = (id: string): Members => [['repositories', jsonBytes({ app: { '1': id } })]]

  it.each<[string, Members, string]>([
    ['a name of what is no ID', [...named('../etc'), ...linked(ids[1] ?? '')], 'repositories'],
    ['a parent that is no ID', [...named(ids[0] ?? ''), ...linked('../etc')], `${ids[0]}/json`],
    ['a parent that is no ID, of an image without a name', linked('../etc'), `${ids[0]}/json`],
    ['a chain without an end, of an image without a name', long, `${chain.at(-1)}/json`],
  ])('is told with the file that says it: %s', async (_, members, path) => {
    const error = await failureOf(async () => waysIn['as it comes']?.(await archiveOf(members)))
    expect(error).toMatchObject({ code: 'ARCHIVE_INVALID', facts: { path } })
    expect(String(error)).toContain(`${path}: `)
  })
})

describe('content that is not what its path says', () => {
  const [layer = new Uint8Array()] = image.layers
  const lying = replaced(oci, blobPath(digestOf(layer)), textBytes('one: a layes'))

  it('is refused while it comes', async () => {
    const archive = await archiveOf(lying)
    expectTyped(await failureOf(() => waysIn['as it comes']?.(archive) ?? Promise.resolve()), 'DIGEST_MISMATCH')
  })

  it('is nothing that a manifest may be made of', async () => {
    const path = blobPath(descriptorOf(image.config, '').digest)
    const members: Members = [
      [path, other.config],
      ...other.layers.map((each): [string, Member] => [blobPath(digestOf(each)), each]),
      ['manifest.json', jsonBytes([{ Config: path, Layers: other.layers.map((each) => blobPath(digestOf(each))) }])],
    ]
    for (const read of Object.values(waysIn))
      expectTyped(await failureOf(async () => read(await archiveOf(members))), 'ARCHIVE_INVALID')
  })
})

it.each([
  ['the layer itself', replaced(docker, layerPath, textBytes('another')), 'as it comes'],
  ['the layer, at a path that promises what it is', promisedElsewhere(), 'as it comes from a file'],
])('a plain layer that is not what the config says is refused before it is read: %s', async (_, members, ways) => {
  const archive = await archiveOf(members)
  for (const [, read] of Object.entries(waysIn).filter(([name]) => ways.includes(name)))
    expectTyped(await failureOf(() => read(archive)), 'ARCHIVE_INVALID')
})

function promisedElsewhere(): Members {
  const another = textBytes('another')
  const path = blobPath(digestOf(another))
  return [...dockerItem({ Layers: [path, path] }), [path, another]]
}
