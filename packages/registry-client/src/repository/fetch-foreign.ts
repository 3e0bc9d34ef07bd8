import { digestOf } from '@lading/digest/hash'
import { publicUrl } from '../client-event.ts'
import { printable } from '@lading/errors'
import type { Descriptor } from '@lading/manifest'
import type { BlobSink } from '@lading/content'
import { RegistryError } from '../errors/registry-error.ts'
import { stream } from '../http/ask.ts'
import type { Wire } from '../wire/wire.ts'
import { inTime } from '../http/in-time.ts'
import { errorOfAnswer } from '../http/error-of-answer.ts'
import type { Endpoint } from '../endpoint/endpoint.ts'
import type { AdmittedOptions } from '../registry-client.ts'
import { fetchBlob, type AskForBlob } from './fetch-blob.ts'

/**
 * A layer from one of its descriptor's `urls`: only where the registry that served the descriptor may lead us, nothing
 * secret sent, no challenge answered (image-spec, "Descriptors").
 */
export async function fetchForeign(
  wire: Wire,
  text: string,
  descriptor: Descriptor,
  sink: BlobSink,
  { signal, onWait, endpoint }: AdmittedOptions & { readonly endpoint?: Endpoint | undefined },
): Promise<void> {
  const url = URL.parse(text)
  if (url === null)
    throw new RegistryError(
      'ORIGIN_REFUSED',
      `"${printable(text, 200)}" is not a URL that a layer can be fetched from`,
      {
        digest: descriptor.digest,
      },
    )
  url.hash = ''
  // When nobody in particular named it, it is held to the rules for a public registry.
  const registry = new URL(endpoint?.url ?? 'https://registry.invalid')
  const decision = wire.judge({ url, from: registry, registry, endpoint, purpose: 'foreign' })
  if (!decision.call)
    throw new RegistryError(
      'ORIGIN_REFUSED',
      `the layer ${descriptor.digest} has a URL at ${printable(url.host === '' ? url.protocol : url.host, 200)}, which is not allowed: ${decision.reason}`,
      { host: url.host, digest: descriptor.digest, hint: decision.hint },
    )
  const ask: AskForBlob = async (headers, to) => {
    const refusal = await stream(wire, { method: 'GET', url, headers }, to, {
      registry,
      // It is asked on nobody's behalf.
      endpoint: undefined,
      clearance: decision,
      streamed: true,
      admission: { host: url.host, onWait, size: descriptor.size - sink.offset },
      signal,
    })
    if (refusal !== undefined)
      throw inTime(errorOfAnswer(refusal.head, refusal.body, { subject: 'blob', digest: descriptor.digest }), wire)
  }
  await fetchBlob(descriptor, sink, ask, { source: sourceOf(url) })
}

/** A query may be a secret, and may also be all that tells two addresses apart. */
const sourceOf = (url: URL): string =>
  publicUrl(url) + (url.search === '' ? '' : `?${digestOf(new TextEncoder().encode(url.search))}`)
