import { gzipSync } from 'node:zlib'
import { digestOf } from '@lading/digest/hash'
import { encodeTarHeader, END_OF_ARCHIVE, tarPadding } from '@lading/tar'
import type { Random } from '../random.ts'

type Member = readonly [path: string, content: Uint8Array | { readonly link: string }]
interface Blob {
  readonly digest: string
  readonly size: number
  readonly mediaType: string
  readonly bytes: Uint8Array
}

const oci = 'application/vnd.oci.image'
const names = ['app:1', 'registry.example/app:1', '1.4', '../x', 'docker.io/library/app:1', '']
const instead = ['null', '[]', '{}', '""', '-1', '1e999', '"sha256:"', '../../x', '\0']

/** Seldom another text than its own, somewhere in it. */
function bytesOf(random: Random, value: unknown): Uint8Array {
  const bytes = Buffer.from(JSON.stringify(value))
  if (!random.once(6)) return bytes
  const at = random.below(bytes.length)
  return Buffer.concat([bytes.subarray(0, at), Buffer.from(random.pick(instead)), bytes.subarray(at + random.below(9))])
}

const blob = (bytes: Uint8Array, mediaType: string): Blob => ({
  digest: digestOf(bytes),
  size: bytes.byteLength,
  mediaType,
  bytes,
})
const said = ({ digest, size, mediaType }: Blob): object => ({ digest, size, mediaType })
const placeOf = ({ digest }: Blob): string => `blobs/sha256/${digest.slice(7)}`

interface Image {
  readonly config: Blob
  readonly layers: readonly Blob[]
  readonly manifest: Blob
}

function image(random: Random): Image {
  const plain = Array.from({ length: random.below(4) }, () => random.bytes(random.below(30)))
  const packed = plain.map((bytes) => (random.once(3) ? gzipSync(bytes) : bytes))
  const layers = packed.map((bytes) => blob(bytes, `${oci}.layer.v1.tar${bytes[0] === 0x1f ? '+gzip' : ''}`))
  const config = blob(
    bytesOf(random, {
      os: 'linux',
      architecture: 'amd64',
      rootfs: { type: 'layers', diff_ids: plain.map((bytes) => digestOf(bytes)) },
    }),
    `${oci}.config.v1+json`,
  )
  const mediaType = `${oci}.manifest.v1+json`
  const content = { schemaVersion: 2, mediaType, config: said(config), layers: layers.map(said) }
  return { config, layers, manifest: blob(bytesOf(random, content), mediaType) }
}

const named = (random: Random, target: Blob): object => ({
  ...said(target),
  annotations: { 'org.opencontainers.image.ref.name': random.pick(names) },
})

function members(random: Random): readonly Member[] {
  const images = Array.from({ length: 1 + random.below(2) }, () => image(random))
  const half = random.pick(['docker', 'oci', 'both'])
  const index = blob(
    bytesOf(random, { schemaVersion: 2, manifests: images.map(({ manifest }) => said(manifest)) }),
    `${oci}.index.v1+json`,
  )
  const all: Member[] = images.flatMap(({ config, layers, manifest }) =>
    [config, ...layers, ...(half === 'docker' ? [] : [manifest])].map((each): Member => [placeOf(each), each.bytes]),
  )
  if (half !== 'docker') {
    const targets = random.once(2) ? [index] : images.map(({ manifest }) => manifest)
    all.push([placeOf(index), index.bytes], ['oci-layout', bytesOf(random, { imageLayoutVersion: '1.0.0' })])
    all.push([
      'index.json',
      bytesOf(random, { schemaVersion: 2, manifests: targets.map((each) => named(random, each)) }),
    ])
  }
  if (half === 'oci') return all
  const moved = (each: Blob, path: string): string => {
    if (!random.once(3)) return placeOf(each)
    all.push([path, random.once(3) ? { link: placeOf(each) } : each.bytes])
    return path
  }
  const items = images.map(({ config, layers }) => ({
    Config: moved(config, `${config.digest.slice(7)}.json`),
    RepoTags: random.once(3) ? null : [random.pick(names)],
    Layers: layers.map((each) => moved(each, `${each.digest.slice(7)}/layer.tar`)),
  }))
  all.push(['manifest.json', bytesOf(random, items)])
  return all
}

function encoded(random: Random, [path, content]: Member): Uint8Array {
  const name = random.once(20) ? random.pick([`./${path}`, `/${path}`, `../${path}`, `${path}/`]) : path
  if (!(content instanceof Uint8Array))
    return encodeTarHeader({ name: path, type: 'symlink', linkName: `../${content.link}` })
  const size = content.byteLength
  const header = encodeTarHeader({ name: name.endsWith('/') ? path : name, type: 'file', size })
  return Buffer.concat([header, content, new Uint8Array(tarPadding(size))])
}

/** An archive of images as docker or OCI tools write them, or nearly. */
export function imageArchive(random: Random): Uint8Array {
  const all = [...members(random)]
  if (random.once(6)) all.splice(random.below(all.length), 1)
  if (random.once(6)) all.push(random.pick(all))
  if (random.once(3)) all.reverse()
  return Uint8Array.from(Buffer.concat([...all.map((each) => encoded(random, each)), END_OF_ARCHIVE]))
}
