import { createHash } from 'node:crypto'
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'

/** What the SDK does by itself, as it is configured when nobody says anything. */
export interface BareSdk {
  put(name: string, bytes: Uint8Array): Promise<void>
  get(name: string, size: number): Promise<void>
}

/** One object, in one request. Nobody learns what the digest of the content is, or is told that what is read is right. */
export function oneObject(client: S3Client, bucket: string): BareSdk {
  return {
    put: async (name, bytes) =>
      void (await client.send(new PutObjectCommand({ Bucket: bucket, Key: name, Body: bytes }))),
    get: async (name) => {
      const { Body: body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: name }))
      for await (const chunk of body as AsyncIterable<Uint8Array>) void chunk
    },
  }
}

/** As equal work as there is: objects of the size of our chunks, as many at once, and the SHA-256 of the whole. */
export function manyObjects(
  client: S3Client,
  bucket: string,
  { partBytes, atOnce }: { readonly partBytes: number; readonly atOnce: number },
): BareSdk {
  const keysOf = (name: string, size: number): readonly string[] =>
    Array.from({ length: Math.ceil(size / partBytes) }, (_, at) => `${name}/${at}`)
  return {
    async put(name, bytes) {
      const hash = createHash('sha256')
      await inTurn(keysOf(name, bytes.length), atOnce, async (key, at) => {
        const part = bytes.subarray(at * partBytes, (at + 1) * partBytes)
        // In pieces, as sockets give them.
        for (let from = 0; from < part.length; from += 65_536) hash.update(part.subarray(from, from + 65_536))
        await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: part }))
      })
      hash.digest()
    },
    async get(name, size) {
      const hash = createHash('sha256')
      const keys = keysOf(name, size)
      const read = async (key: string): Promise<Uint8Array> => {
        const { Body: body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
        return (await body?.transformToByteArray()) ?? new Uint8Array()
      }
      const reading = keys.slice(0, atOnce).map(read)
      for (let next = reading.length; reading.length > 0; next++) {
        hash.update((await reading.shift()) ?? new Uint8Array())
        const key = keys[next]
        if (key !== undefined) reading.push(read(key))
      }
      hash.digest()
    },
  }
}

async function inTurn<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T, at: number) => Promise<void>,
): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) await work(items[at] as T, at)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}
