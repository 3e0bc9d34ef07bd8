import type { PublicationPlan } from '@lading/content'
import type { Digest } from '@lading/digest'
import type { Descriptor, Platform } from '@lading/manifest'
import { nameOf, parseReference, withDefaultTag, type Reference } from '@lading/reference'
import type { ArchiveWarning } from './archive-event.ts'
import { dockerImageOf, type DockerImage } from './docker-image.ts'

/** What an archive has been given under one name, or under none. */
export interface ArchiveRoot {
  /** Tag or digest. */
  readonly reference?: Reference | undefined
  readonly target: Descriptor
  /** What docker finds under it. */
  readonly image?: DockerImage | undefined
}

/** What the documents at the end of an archive say. */
export interface ArchiveNames {
  /** Whether there was something new in it. */
  add(target: Descriptor, references: readonly Reference[], plan: PublicationPlan): boolean
  /** In the order in which they came. */
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
    add(target, references, plan) {
      if (docker !== 'not' && !images.has(target.digest))
        images.set(target.digest, dockerImageOf(target, plan, { only: docker === 'only', platform, warn }))
      const root = { target, image: images.get(target.digest) }
      let changed = false
      for (const reference of references) {
        const name = textOf(reference)
        if (named.get(name)?.target.digest === target.digest) continue
        named.set(name, { ...root, reference })
        changed = true
      }
      if (references.length === 0 && !nameless.has(target.digest)) {
        nameless.set(target.digest, root)
        changed = true
      }
      return changed
    },
    roots() {
      const all = [...named.values()]
      const withName = new Set(all.map(({ target }) => target.digest))
      return [...all, ...[...nameless.values()].filter(({ target }) => !withName.has(target.digest))]
    },
  }
}

/** As a store has it: with a digest or with a tag, `latest` where it has neither. */
export function storedReference(name: string): Reference {
  const reference = parseReference(name)
  return reference.digest === undefined ? withDefaultTag(reference) : reference
}

/** The name of an entry, in full. */
export const textOf = (reference: Reference): string =>
  reference.digest === undefined ? String(reference) : `${nameOf(reference)}@${reference.digest}`
