import type { PublicationPlan } from '@lading/content'
import type { Digest } from '@lading/digest'
import type { Descriptor, Platform } from '@lading/manifest'
import { nameOf, parseReference, tryParseReference, withDefaultTag, type Reference } from '@lading/reference'
import type { ArchiveWarning } from './archive-event.ts'
import { dockerImageOf, type DockerImage } from './docker-image.ts'

/** What was published under one name, or without a name. */
export interface ArchiveRoot {
  /** In full, as an entry has it. */
  readonly name?: string | undefined
  /** The same, where it is one. */
  readonly reference?: Reference | undefined
  readonly target: Descriptor
  /** What docker finds under it. */
  readonly image?: DockerImage | undefined
}

/** What the documents at the end of an archive say. */
export interface ArchiveNames {
  /**
   * @returns a function that sets the names, and returns whether this changed anything
   * @throws ArchiveError `NOT_AN_IMAGE`
   */
  prepare(target: Descriptor, given: readonly ArchiveName[], plan: PublicationPlan): () => boolean
  /** In the order of their publication. */
  roots(): readonly ArchiveRoot[]
}

/**
 * @param options.docker there is a docker part
 * @param options.platform of which image it has of an index
 */
export function archiveNames({
  docker,
  platform,
  warn,
}: {
  readonly docker: 'only' | 'too' | 'not'
  readonly platform: Platform
  readonly warn: (warning: Omit<ArchiveWarning, 'type'>) => void
}): ArchiveNames {
  const named = new Map<string, ArchiveRoot>()
  const images = new Map<Digest, DockerImage | undefined>()
  const nameless = new Map<Digest, ArchiveRoot>()

  return {
    prepare(target, given, plan) {
      if (docker !== 'not' && !images.has(target.digest))
        images.set(target.digest, dockerImageOf(target, plan, { only: docker === 'only', platform, warn }))
      const root = { target, image: images.get(target.digest) }
      return () => {
        let changed = false
        for (const { name, reference } of given) {
          if (named.get(name)?.target.digest === target.digest) continue
          named.set(name, { ...root, name, reference })
          changed = true
        }
        if (given.length === 0 && !nameless.has(target.digest)) {
          nameless.set(target.digest, root)
          changed = true
        }
        return changed
      }
    },
    roots() {
      const all = [...named.values()]
      const withName = new Set(all.map(({ target }) => target.digest))
      return [...all, ...[...nameless.values()].filter(({ target }) => !withName.has(target.digest))]
    },
  }
}

/** A name of an image in an archive. */
export type ArchiveName = Pick<ArchiveRoot, 'reference'> & { readonly name: string }

/**
 * As in a store: with a digest or a tag, `latest` if it has neither. Without docker it may be any text, as in
 * a layout.
 *
 * @throws ImageReferenceError if the archive has a docker part
 */
export function archiveNameOf(name: string, { docker }: { readonly docker: boolean }): ArchiveName {
  if (!docker) return { name, reference: tryParseReference(name) }
  const parsed = parseReference(name)
  const reference = parsed.digest === undefined ? withDefaultTag(parsed) : parsed
  return {
    name: reference.digest === undefined ? String(reference) : `${nameOf(reference)}@${reference.digest}`,
    reference,
  }
}
