import type { AbortOptions } from '@lading/clock'
import { ArchiveError, type ArchiveSource } from '@lading/archive'
import { isLadingError } from '@lading/errors'
import {
  findManifest,
  formatPlatform,
  parseImageConfig,
  platformOf,
  platformUnavailable,
  samePlatform,
  type Descriptor,
  type ImageManifest,
  type Platform,
} from '@lading/manifest'
import { CopyError } from '../copy/copy-error.ts'
import { readGraph } from '../copy/graph.ts'
import type { ReadDocument } from '../read-document.ts'
import { select, type Selection } from '../copy/select.ts'

/**
 * What is loaded of one image: all that is there, or of an index the images for some platforms. An index stays what it is,
 * with its digest; what is not loaded of it is absent.
 *
 * @throws ArchiveError `ARCHIVE_INCOMPLETE`; CopyError `PLATFORM_UNAVAILABLE`; what reading throws
 */
export async function chooseDocuments(
  source: ArchiveSource,
  target: Descriptor,
  { platforms = [], signal }: AbortOptions & { readonly platforms?: readonly Platform[] | undefined },
): Promise<Selection> {
  const top = await readGraph({ source }, target, { indexesOnly: true, signal })
  const root = top.documents.at(-1)
  if (root === undefined) throw incomplete(`${target.digest} is listed, but is missing`, target)
  if (platforms.length === 0) return whole(source, target, { signal })
  if (root.manifest.kind === 'manifest') {
    const selection = await whole(source, target, { signal })
    await assertPlatform(source, root.manifest, platforms, { signal })
    return selection
  }
  const byDigest = new Map(top.documents.map(({ descriptor, manifest }) => [descriptor.digest, manifest]))
  const documents: ReadDocument[] = []
  for (const platform of platforms) {
    const entry = await findManifest(root.manifest, platform, ({ digest }) => byDigest.get(digest))
    if (entry === undefined) throw unavailable(top.documents, platform, target)
    const chosen = await whole(source, entry, { signal })
    for (const document of chosen.documents)
      if (!documents.some(({ descriptor }) => descriptor.digest === document.descriptor.digest))
        documents.push(document)
  }
  return { target, documents: [...documents, ...top.documents], absent: [], made: false }
}

async function whole(source: ArchiveSource, target: Descriptor, options: AbortOptions): Promise<Selection> {
  try {
    return await select(source, target, { partialIndex: true, ...options })
  } catch (error) {
    if (!isLadingError(error, 'INDEX_INCOMPLETE')) throw error
    throw incomplete(error.message, target, error)
  }
}

async function assertPlatform(
  source: ArchiveSource,
  { config }: ImageManifest,
  platforms: readonly Platform[],
  options: AbortOptions,
): Promise<void> {
  const document = await source.document(config, options)
  if (document === undefined) throw incomplete(`the config ${config.digest} is missing`, config)
  const platform = platformOf(parseImageConfig(document.bytes))
  if (platforms.some((wanted) => samePlatform(platform, wanted))) return
  throw new CopyError(
    'PLATFORM_UNAVAILABLE',
    `the image is for ${formatPlatform(platform)}, not for ${platforms.map(formatPlatform).join(', ')}`,
    { digest: config.digest, hint: 'load it without --platform' },
  )
}

function unavailable(documents: readonly ReadDocument[], platform: Platform, { digest }: Descriptor): CopyError {
  const { message, hint } = platformUnavailable(
    documents.map(({ manifest }) => manifest),
    platform,
    digest,
  )
  return new CopyError('PLATFORM_UNAVAILABLE', message, { digest, hint })
}

export function incomplete(message: string, { digest }: Pick<Descriptor, 'digest'>, cause?: Error): ArchiveError {
  return new ArchiveError('ARCHIVE_INCOMPLETE', message, {
    digest,
    cause,
    hint: 'the archive is incomplete, or foreign layers were left out: write it again, or pull the image',
  })
}
