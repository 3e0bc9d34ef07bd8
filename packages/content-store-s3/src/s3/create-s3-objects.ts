import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import type { PutObjectCommand, PutObjectCommandInput } from '@aws-sdk/client-s3'
import { systemClock, type AbortOptions, type Clock } from '@lading/clock'
import { ContentError } from '@lading/content-store'
import type { Objects } from '../objects.ts'
import { createAsk, type Ask } from './ask.ts'
import { openGateways } from './clients.ts'
import type { S3ConnectionOptions } from './connection-options.ts'
import { isAbsent, type Failure } from './failure.ts'
import { loadSdk, type Sdk } from './load-sdk.ts'
import { S3Error } from './s3-error.ts'

export interface S3ObjectsOptions extends S3ConnectionOptions {
  readonly bucket: string
  /** Keys begin with it and `/`. Default: with neither. */
  readonly prefix?: string | undefined
  /** How long one request may take, in milliseconds. Default and most: 60 000. Whoever collects waits until none is left. */
  readonly requestTimeoutMs?: number | undefined
  /** How long what helps by itself (a gateway that is away, 503) is waited for, in milliseconds. Default 60 000. */
  readonly patienceMs?: number | undefined
  /** Default: the system's. */
  readonly clock?: Clock | undefined
}

/** Objects on S3-compatible storage, through any of its gateways. */
export interface S3Objects extends Objects {
  /** The same through one gateway alone, for each of them: for whoever wants to know whether they agree. */
  readonly gateways: readonly Objects[]
  /** Whether what is written gets a version, for which nothing is ever gone. */
  isVersioned(options?: AbortOptions): Promise<boolean>
  close(): void
}

const longest = 60_000

/**
 * Opens a bucket. Nothing is asked of it yet.
 *
 * @throws S3Error `S3_SDK_MISSING`
 */
export async function createS3Objects({
  bucket,
  prefix = '',
  requestTimeoutMs = longest,
  patienceMs = longest,
  clock = systemClock,
  ...connection
}: S3ObjectsOptions): Promise<S3Objects> {
  const sdk = await loadSdk()
  const gateways = await openGateways(sdk, connection)
  const limits = { clock, requestTimeoutMs: Math.min(requestTimeoutMs, longest), patienceMs }
  const place = { sdk, bucket, start: prefix === '' ? '' : `${prefix}/` }
  const all = createAsk(gateways, limits)
  return {
    ...objectsThrough(all, place),
    gateways: gateways.map((gateway) => objectsThrough(createAsk([gateway], limits), place)),
    isVersioned: (options) => isVersioned(all, place, options),
    close: () => gateways.forEach(({ client }) => client.destroy()),
  }
}

type Created = 'created' | 'exists'

interface Place {
  readonly sdk: Sdk
  readonly bucket: string
  /** Of every key. */
  readonly start: string
}

/** In the metadata of an object that was created under a condition: by whom. */
const mark = 'lading-nonce'

function objectsThrough(ask: Ask, { sdk, bucket, start }: Place): Objects {
  const named = (key: string): { readonly Bucket: string; readonly Key: string } => ({
    Bucket: bucket,
    Key: start + key,
  })

  const withBody = (key: string, bytes: Uint8Array): PutObjectCommandInput => ({
    ...named(key),
    Body: bytes,
    ContentLength: bytes.byteLength,
  })

  async function creatorOf(key: string, { signal }: AbortOptions): Promise<string | undefined> {
    return ask(
      async ({ client }, how) => {
        const found = await unlessAbsent(client.send(new sdk.HeadObjectCommand(named(key)), how))
        return found === undefined ? undefined : (found.Metadata?.[mark] ?? '')
      },
      { about: `look at ${key}`, signal },
    )
  }

  return {
    async create(key, bytes, { sha256, signal } = {}) {
      const nonce = randomUUID()
      const settle = async ({ remedy }: Failure): Promise<Created | undefined> => {
        const creator = await creatorOf(key, { signal })
        if (creator !== undefined) return creator === nonce ? 'created' : 'exists'
        // It was there, and is gone.
        return remedy === 'exists' ? 'exists' : undefined
      }
      return ask(
        async ({ client }, how): Promise<Created> => {
          const input = { ...withBody(key, bytes), IfNoneMatch: '*', Metadata: { [mark]: nonce } }
          await client.send(signedAs(sha256, new sdk.PutObjectCommand(input)), how)
          return 'created'
        },
        { about: `create ${key}`, settle, signal },
      )
    },

    async put(key, bytes, { signal } = {}) {
      await ask(({ client }, how) => client.send(new sdk.PutObjectCommand(withBody(key, bytes)), how), {
        about: `put ${key}`,
        signal,
      })
    },

    async get(key, { signal, maxBytes = Infinity, range } = {}) {
      // The end of S3's ranges is the last byte, and an empty one cannot be said.
      if (range !== undefined && range.end <= range.start) return new Uint8Array()
      const Range = range && `bytes=${range.start}-${range.end - 1}`
      return ask(
        async ({ client, host }, how) => {
          const found = await unlessAbsent(client.send(new sdk.GetObjectCommand({ ...named(key), Range }), how))
          if (found === undefined) return undefined
          const { Body: body, ContentLength: length } = found
          if (length !== undefined && length > maxBytes) {
            discard(body)
            throw tooLarge(key, { length, maxBytes })
          }
          if (body instanceof Readable && length !== undefined) {
            const bytes = await collect(body, length)
            if (bytes === undefined) throw cutShort(key, host)
            return bytes
          }
          return (await body?.transformToByteArray()) ?? new Uint8Array()
        },
        { about: `get ${key}`, signal },
      )
    },

    async stat(key, { signal } = {}) {
      return ask(
        async ({ client }, how) => {
          const found = await unlessAbsent(client.send(new sdk.HeadObjectCommand(named(key)), how))
          return found && { size: found.ContentLength ?? 0 }
        },
        { about: `look at ${key}`, signal },
      )
    },

    async *list(prefix, { signal, after: given } = {}) {
      let after = given === undefined ? undefined : start + given
      do {
        const page = await ask(
          ({ client }, how) =>
            client.send(
              // By the last key, and not by a token: any gateway can go on.
              new sdk.ListObjectsV2Command({ Bucket: bucket, Prefix: start + prefix, StartAfter: after }),
              how,
            ),
          { about: `list ${prefix}`, signal },
        )
        const found = page.Contents ?? []
        for (const { Key = '', Size = 0, LastModified } of found)
          yield { key: Key.slice(start.length), size: Size, modifiedMs: LastModified?.getTime() ?? 0 }
        after = page.IsTruncated === true ? found.at(-1)?.Key : undefined
      } while (after !== undefined)
    },

    async remove(key, { signal } = {}) {
      await ask(({ client }, how) => unlessAbsent(client.send(new sdk.DeleteObjectCommand(named(key)), how)), {
        about: `remove ${key}`,
        signal,
      })
    },
  }
}

async function unlessAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  }
}

/** The signature covers the sum of a body, which is not computed a second time where it is known. */
function signedAs(sha256: string | undefined, command: PutObjectCommand): PutObjectCommand {
  if (sha256 === undefined) return command
  command.middlewareStack.add(
    (next) => async (args) => {
      const { headers } = args.request as { headers: Record<string, string> }
      headers['x-amz-content-sha256'] = sha256
      return next(args)
    },
    { step: 'build', name: 'knownPayloadHash' },
  )
  return command
}

/** Into one piece of memory, without another copy. `undefined`: there was less, or more. */
async function collect(body: Readable, length: number): Promise<Uint8Array | undefined> {
  const bytes = new Uint8Array(Buffer.allocUnsafeSlow(length).buffer)
  let at = 0
  for await (const piece of body as AsyncIterable<Uint8Array>) {
    if (at + piece.length > length) return undefined
    bytes.set(piece, at)
    at += piece.length
  }
  return at === length ? bytes : undefined
}

/** Nobody reads it: its connection is given up. */
function discard(body: unknown): void {
  if (body instanceof Readable) body.destroy()
}

const tooLarge = (key: string, { length, maxBytes }: { length: number; maxBytes: number }): ContentError =>
  new ContentError('TOO_LARGE', `the object ${key} has ${length} bytes, more than the limit of ${maxBytes}`, {
    path: key,
    expected: maxBytes,
    actual: length,
  })

const cutShort = (key: string, host: string): Error =>
  Object.assign(new Error(`the answer for ${key} is cut short at ${host}`), { code: 'ECONNRESET' })

/** Whoever may not ask for it is told by what a write answers. */
async function isVersioned(ask: Ask, { sdk, bucket, start }: Place, { signal }: AbortOptions = {}): Promise<boolean> {
  const asked = await ask(
    async ({ client }, how) => (await client.send(new sdk.GetBucketVersioningCommand({ Bucket: bucket }), how)).Status,
    { about: 'check whether the bucket keeps versions', signal },
  ).catch((error: unknown) => {
    if (error instanceof S3Error && ['S3_DENIED', 'S3_UNSUITABLE', 'S3_FAILED'].includes(error.code)) return undefined
    throw error
  })
  if (asked !== undefined) return true
  const key = `${start}check/${randomUUID()}/version`
  const { VersionId } = await ask(
    ({ client }, how) =>
      client.send(new sdk.PutObjectCommand({ Bucket: bucket, Key: key, Body: '', ContentLength: 0 }), how),
    { about: 'write without a condition', signal },
  )
  await ask(
    ({ client }, how) => client.send(new sdk.DeleteObjectCommand({ Bucket: bucket, Key: key, VersionId }), how),
    { about: 'remove what was written', signal },
  )
  return VersionId !== undefined
}
