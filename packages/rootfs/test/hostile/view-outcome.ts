import { createMemoryContent, type MemoryContent } from '@lading/content'
import { isLadingError } from '@lading/errors'
import { openImage } from '@lading/image'
import { OCI_CONFIG, OCI_LAYER, OCI_MANIFEST, type Descriptor } from '@lading/manifest'
import { linesOf, type Seen } from './lines.ts'
import type { Outcome, OutcomeOptions } from './outcomes.ts'
import type { Refusal } from './row.ts'

const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))

/** An image of layers that are archives, in memory. */
export function imageOf(layers: readonly Uint8Array[]): {
  readonly source: MemoryContent
  readonly manifest: Descriptor
} {
  const source = createMemoryContent()
  const descriptors = layers.map((layer) => source.put(OCI_LAYER, layer))
  const config = source.put(
    OCI_CONFIG,
    json({
      architecture: 'amd64',
      os: 'linux',
      rootfs: { type: 'layers', diff_ids: descriptors.map(({ digest }) => digest) },
    }),
  )
  const manifest = { schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers: descriptors }
  return { source, manifest: source.put(OCI_MANIFEST, json(manifest)) }
}

function refusalOf(error: unknown): Refusal {
  if (!isLadingError(error)) throw error
  if (error.code === 'LAYER_NAME_INVALID') return 'name'
  if (error.code === 'LAYER_INVALID') return 'entry'
  const { cause } = error
  if (error.code !== 'LAYER_UNREADABLE' || !isLadingError(cause)) throw error
  return cause.code.replace('TAR_', 'tar ') as Refusal
}

/** What of an expected outcome the view tells apart: of links that lead nowhere it says what it says of entries. */
export const asViewed = (outcome: Outcome): Outcome =>
  outcome === 'link' ? 'entry' : outcome === 'whiteout' ? 'name' : outcome

/** What the merged view shows of it. */
export async function viewOutcome(layers: readonly Uint8Array[], { times }: OutcomeOptions = {}): Promise<Outcome> {
  try {
    const { source, manifest } = imageOf(layers)
    const image = await openImage(source, manifest)
    const seen: Seen[] = []
    for await (const file of image.walk()) {
      const { type, mode, uid, gid, mtime, linkName, device, inode } = file
      const content = type === 'file' ? { content: await textOf(image.open(file)) } : {}
      seen.push({
        type,
        mode,
        uid,
        gid,
        mtime,
        ...content,
        path: latin1(file.name),
        identity: inode,
        ...(linkName === undefined ? {} : { target: latin1(linkName) }),
        ...(device === undefined ? {} : { device }),
      })
    }
    return linesOf(seen, { times })
  } catch (error) {
    return refusalOf(error)
  }
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  let text = ''
  for await (const chunk of chunks) text += latin1(chunk)
  return text
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')
