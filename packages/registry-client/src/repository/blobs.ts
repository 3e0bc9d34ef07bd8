import type { AbortOptions } from '@lading/clock'
import { algorithmOf, parseDigest } from '@lading/digest'
import { createHasher, digestOf } from '@lading/digest/hash'
import type { Descriptor } from '@lading/manifest'
import type { BlobSink } from '@lading/content'
import { RegistryError } from '../errors/registry-error.ts'
import { createCollector } from '../http/collect.ts'
import { codingHint } from '../http/content-coding.ts'
import { repeatAt } from '../site/repeat-at.ts'
import type { Site } from '../site/site.ts'
import type { AdmittedOptions } from '../registry-client.ts'
import { createHandover } from './handover.ts'

const defaultMaxBytes = 4 * 1024 * 1024

/** Fetches a blob into a sink, once. */
export type FetchBlob = (
  descriptor: Descriptor,
  sink: BlobSink,
  options: AdmittedOptions & { readonly streamed?: boolean | undefined },
) => Promise<void>

/** A small blob, whole and verified; repeated like every small request. */
export async function readBlob(
  site: Site,
  fetchFrom: (site: Site, ...what: Parameters<FetchBlob>) => Promise<void>,
  descriptor: Descriptor,
  {
    url,
    maxBytes = defaultMaxBytes,
    signal,
  }: AbortOptions & { readonly url: URL; readonly maxBytes?: number | undefined },
): Promise<Uint8Array> {
  const { digest, size } = descriptor
  if (size > maxBytes)
    throw new RegistryError(
      'TOO_LARGE',
      `${digest} has ${size} bytes, and the limit for reading into memory is ${maxBytes}`,
      {
        digest,
        expected: maxBytes,
        actual: size,
        hint: 'use `open` or `fetch` for large blobs',
      },
    )
  return repeatAt(
    site,
    url,
    async (at) => {
      const collector = createCollector(size)
      let coding: string | undefined
      await fetchFrom(
        at,
        descriptor,
        {
          offset: 0,
          begin: (answer) => void (coding = answer.coding),
          write: (chunk) => void collector.add(chunk),
        },
        { signal },
      )
      const bytes = collector.bytes()
      const actual = digestOf(bytes, algorithmOf(digest))
      if (actual !== digest) throw damaged(digest, actual, coding)
      return bytes
    },
    { signal },
  )
}

/** A blob as it comes, for people; throws at the end unless the digest is right. Leaving the loop ends the request. */
export async function* openBlob(
  fetch: FetchBlob,
  descriptor: Descriptor,
  { signal, onWrong }: AbortOptions & { readonly onWrong: (error: RegistryError) => void },
): AsyncGenerator<Uint8Array, void, undefined> {
  const digest = parseDigest(descriptor.digest)
  const hasher = createHasher(algorithmOf(digest))
  const left = new AbortController()
  const handover = createHandover()
  let coding: string | undefined
  const running = fetch(
    descriptor,
    { offset: 0, begin: (answer) => void (coding = answer.coding), write: handover.give },
    { streamed: true, signal: signal === undefined ? left.signal : AbortSignal.any([signal, left.signal]) },
  )
  running.then(handover.end, handover.fail)
  try {
    for (let chunk = await handover.take(); chunk !== undefined; chunk = await handover.take()) {
      hasher.update(chunk)
      yield chunk
    }
  } finally {
    left.abort(new Error('the reader left'))
    handover.leave()
    await running.catch(() => undefined)
  }
  const actual = hasher.digest()
  if (actual === digest) return
  const error = damaged(digest, actual, coding)
  onWrong(error)
  throw error
}

function damaged(digest: string, actual: string, coding: string | undefined): RegistryError {
  return new RegistryError(
    'DIGEST_MISMATCH',
    `the blob has the digest ${actual} instead of ${digest}${coding === undefined ? '' : ` (Content-Encoding: ${coding})`}`,
    {
      digest,
      expected: digest,
      actual,
      hint:
        coding === undefined
          ? 'the registry or a proxy damages content; try again, or pull from another registry'
          : codingHint,
    },
  )
}
