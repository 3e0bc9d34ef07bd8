import type { Descriptor, Platform } from '@lading/manifest'
import { digestOf } from '../hash.ts'
import { docker, oci } from '../media-types.ts'
import { parseImageName, type ImageName } from '../names.ts'
import { content } from './build-image.ts'
import type { Buildable, BuiltImage, BuiltIndex } from './built.ts'
import { image, type ImageBuilder } from './image.ts'
import { defined, descriptorJson, encodeJson } from './json.ts'
import type { Flavour } from './layer.ts'
import { toPlatform } from './platform.ts'

export interface EntryOptions {
  /** In place of the image's own; `null`: none. An index has none by itself. */
  readonly platform?: string | Platform | null | undefined
  readonly annotations?: Readonly<Record<string, string>> | undefined
  /** Whether the registry gets the child. Default true. */
  readonly stored?: boolean | undefined
  /** Lies on purpose, and unknown members of the descriptor. */
  readonly members?: Readonly<Record<string, unknown>> | undefined
}

type Child = BuiltImage | BuiltIndex

/** Immutable, like the image builder. */
export interface IndexBuilder extends Buildable<BuiltIndex> {
  /** An image, an artifact, or another index. */
  add(child: Buildable<BuiltImage> | Buildable<BuiltIndex> | Child, options?: EntryOptions): IndexBuilder
  /** An attestation of a child as BuildKit writes it: platform `unknown/unknown`, `vnd.docker.reference.type` and `.digest`. */
  attest(child: Buildable<BuiltImage> | BuiltImage): IndexBuilder
  /** Default `oci`. Of the index alone; the children have their own. */
  mediaTypes(flavour: Flavour): IndexBuilder
  withoutMediaType(): IndexBuilder
  annotations(annotations: Readonly<Record<string, string>>): IndexBuilder
  subject(subject: Descriptor | { readonly descriptor: Descriptor }): IndexBuilder
  /** Members of the index itself, in place of what is there. `undefined` removes. */
  indexMembers(members: Readonly<Record<string, unknown>>): IndexBuilder
}

interface Parts {
  readonly name: ImageName | undefined
  readonly entries: readonly { readonly child: Child; readonly options: EntryOptions }[]
  readonly flavour: Flavour
  readonly annotations?: Readonly<Record<string, string>> | undefined
  readonly subject?: Descriptor | undefined
  readonly members?: Readonly<Record<string, unknown>> | undefined
}

/**
 * An image index (or Docker manifest list) for the test registry.
 *
 * @param name as for `image`; nothing for an index inside another.
 * @throws TestRegistryError `NAME_INVALID`
 */
export function index(name?: string): IndexBuilder {
  return builder({ name: name === undefined ? undefined : parseImageName(name), entries: [], flavour: 'oci' })
}

function builder(parts: Parts): IndexBuilder {
  const withParts = (more: Partial<Parts>): IndexBuilder => builder({ ...parts, ...more })
  const add: IndexBuilder['add'] = (child, options = {}) =>
    withParts({ entries: [...parts.entries, { child: 'build' in child ? child.build() : child, options }] })
  return {
    add,
    attest: (child) => {
      const attested = 'build' in child ? child.build() : child
      return add(attestation(attested), {
        platform: 'unknown/unknown',
        annotations: {
          'vnd.docker.reference.type': 'attestation-manifest',
          'vnd.docker.reference.digest': attested.digest,
        },
      })
    },
    mediaTypes: (flavour) => withParts({ flavour }),
    withoutMediaType: () => withParts({ members: { ...parts.members, mediaType: undefined } }),
    annotations: (annotations) => withParts({ annotations: { ...parts.annotations, ...annotations } }),
    subject: (subject) => withParts({ subject: 'descriptor' in subject ? subject.descriptor : subject }),
    indexMembers: (members) => withParts({ members: { ...parts.members, ...members } }),
    build: () => build(parts),
  }
}

function attestation(attested: BuiltImage): ImageBuilder {
  const statement = encodeJson({
    _type: 'https://in-toto.io/Statement/v0.1',
    predicateType: 'https://slsa.dev/provenance/v0.2',
    subject: [{ digest: { sha256: attested.digest.slice(7) } }],
  })
  return image()
    .platform('unknown/unknown')
    .rawLayer(statement, { mediaType: 'application/vnd.in-toto+json' })
    .diffIds([digestOf(statement)])
}

function build(parts: Parts): BuiltIndex {
  const mediaType = (parts.flavour === 'oci' ? oci : docker).index
  const document = defined({
    schemaVersion: 2,
    mediaType,
    manifests: parts.entries.map(entry),
    subject: parts.subject === undefined ? undefined : descriptorJson(parts.subject),
    annotations: parts.annotations,
    ...parts.members,
  })
  return {
    kind: 'index',
    repository: parts.name?.repository,
    tag: parts.name?.tag,
    ...content(encodeJson(document), mediaType),
    document,
    manifests: parts.entries.filter(({ options }) => options.stored !== false).map(({ child }) => child),
  }
}

function entry({ child, options }: Parts['entries'][number]): Record<string, unknown> {
  const own = child.kind === 'manifest' ? child.platform : undefined
  const platform =
    options.platform === null ? undefined : options.platform === undefined ? own : toPlatform(options.platform)
  return { ...descriptorJson({ ...child.descriptor, platform, annotations: options.annotations }), ...options.members }
}
