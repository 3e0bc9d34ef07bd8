import { createHash } from 'node:crypto'
import type { S3Client } from '@aws-sdk/client-s3'

export interface OracleOptions {
  readonly client: S3Client
  readonly bucket: string
  readonly prefix: string
}

export interface Told {
  /** What is wrong, in words. */
  readonly violations: readonly string[]
  /** From full names to the digests they stand for. */
  readonly names: Readonly<Record<string, string>>
  readonly keys: readonly string[]
  /** Those of blobs that no name reaches, and chunks that are in no list of chunks. */
  readonly strays: readonly string[]
}

/** Reads a whole store with S3 alone and none of our code: whether what a name reaches is whole, and what is done is right. */
export async function consultBucket({ client, bucket, prefix }: OracleOptions): Promise<Told> {
  const { GetObjectCommand, ListObjectsV2Command } = await import('@aws-sdk/client-s3')
  const start = `${prefix}/`
  const violations: string[] = []
  const keys: string[] = []
  for (let after: string | undefined; ;) {
    const { Contents = [], IsTruncated } = await client.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: start, StartAfter: after }),
    )
    keys.push(...Contents.map(({ Key = '' }) => Key.slice(start.length)))
    if (IsTruncated !== true) break
    after = Contents.at(-1)?.Key
  }
  const get = async (key: string): Promise<Buffer> => {
    const { Body: body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: start + key }))
    return Buffer.from((await body?.transformToByteArray()) ?? [])
  }

  /** By digest, the newest generation that is done. */
  const done = new Map<string, string>()
  for (const key of keys) {
    const [, algorithm, hex] = /^blobs\/([^/]+)\/([^/]+)\/\d+\/done$/.exec(key) ?? []
    if (algorithm !== undefined) done.set(`${algorithm}:${hex}`, key)
  }
  const contents = new Map<string, Promise<Buffer | undefined>>()
  const listed = new Set<string>()
  const reached = new Set<string>()
  const contentOf = (digest: string): Promise<Buffer | undefined> => {
    const found = contents.get(digest) ?? read(digest)
    contents.set(digest, found)
    return found
  }

  async function read(digest: string): Promise<Buffer | undefined> {
    const key = done.get(digest)
    if (key === undefined) return undefined
    const document = await get(key)
    const end = document.indexOf('\n')
    const head = JSON.parse(document.subarray(0, end).toString()) as { size: number; chunks: number }
    const parts: Buffer[] = head.chunks === 0 ? [document.subarray(end + 1)] : []
    if (head.chunks > 0)
      for (const line of document
        .subarray(end + 1)
        .toString()
        .split('\n')
        .slice(0, -1)) {
        const [sha256 = '', size = '', chunk = ''] = line.split(' ')
        listed.add(chunk)
        const bytes = await get(chunk).catch(() => undefined)
        if (bytes === undefined) {
          violations.push(`${digest}: its chunk ${chunk} is not there`)
          return undefined
        }
        if (bytes.length !== Number(size) || createHash('sha256').update(bytes).digest('hex') !== sha256)
          violations.push(`${digest}: its chunk ${chunk} is not what is listed`)
        parts.push(bytes)
      }
    const content = Buffer.concat(parts)
    const [algorithm = '', hex] = digest.split(':')
    if (content.length !== head.size || createHash(algorithm).update(content).digest('hex') !== hex)
      violations.push(`${digest}: what is done is not what its digest says`)
    return content
  }

  interface Named {
    readonly manifests?: readonly { readonly digest: string }[]
    readonly config?: { readonly digest: string }
    readonly layers?: readonly { readonly digest: string }[]
  }
  /** What is not here of what a manifest names; of an index, of each platform. */
  async function lacking(digest: string): Promise<readonly string[]> {
    reached.add(digest)
    const content = await contentOf(digest)
    if (content === undefined) return [digest]
    const { manifests, config, layers = [] } = JSON.parse(content.toString()) as Named
    if (manifests !== undefined) {
      const each = await Promise.all(manifests.map((child) => lacking(child.digest)))
      return each.some((absent) => absent.length === 0) ? [] : each.flat()
    }
    const blobs = [...(config === undefined ? [] : [config]), ...layers].map((blob) => blob.digest)
    for (const blob of blobs) reached.add(blob)
    const there = await Promise.all(blobs.map(contentOf))
    return blobs.filter((_, at) => there[at] === undefined)
  }

  const newest = new Map<string, string>()
  for (const key of keys) {
    const [, name] = /^names\/([0-9a-f]{64})\/\d+$/.exec(key) ?? []
    if (name !== undefined) newest.set(name, key)
  }
  const names: Record<string, string> = {}
  for (const key of newest.values()) {
    const { name, target } = JSON.parse((await get(key)).toString()) as { name: string; target?: { digest: string } }
    if (target === undefined) continue
    names[name] = target.digest
    const absent = await lacking(target.digest)
    if (absent.length > 0) violations.push(`${name} is named, and these are not here: ${absent.join(', ')}`)
  }
  for (const digest of done.keys()) await contentOf(digest)
  const strays = keys.filter((key) => {
    const [, algorithm, hex, part = ''] = /^blobs\/([^/]+)\/([^/]+)\/\d+\/(.*)$/.exec(key) ?? []
    if (algorithm === undefined) return false
    return !reached.has(`${algorithm}:${hex}`) || (part.startsWith('chunk-') && !listed.has(key))
  })
  return { violations, names, keys, strays }
}
