import { tmpdir } from 'node:os'
import { createArchive, type ArchiveOptions } from '@lading/archive'
import { createMemoryContent, successors, type Document, type Source } from '@lading/content'
import type { ContentPlace } from '@lading/content/compliance'
import { digestOf } from '@lading/digest/hash'
import type { Descriptor } from '@lading/manifest'
import { jsonOf, membersOf } from './archive-members.ts'
import { memorySink } from './memory-sink.ts'

/** An archive that is written into memory, and shown once it is finished. */
export function archivePlace(how: { readonly rewinds: boolean }, options?: ArchiveOptions): ContentPlace {
  const sink = memorySink(how)
  const target = createArchive(sink, { spoolDirectory: tmpdir(), ...options })
  let shown: Promise<Source> | undefined
  const source = (): Promise<Source> =>
    sink.outcome === 'finished' ? (shown ??= contentOf(sink.bytes())) : Promise.resolve(createMemoryContent())
  return {
    target,
    name: (word) => `registry.example/team/${word}:1`,
    source: {
      async *names(given) {
        yield* (await source()).names(given)
      },
      resolve: async (name, given) => (await source()).resolve(name, given),
      document: async (descriptor, given) => (await source()).document(descriptor, given),
      stat: async (digest, given) => (await source()).stat(digest, given),
      send: async (descriptor, to, given) => (await source()).send(descriptor, to, given),
      async *open(descriptor, given) {
        yield* (await source()).open(descriptor, given)
      },
      close: () => Promise.resolve(),
    },
  }
}

type Entry = Descriptor & { readonly annotations?: Readonly<Record<string, string>> }

/** What the OCI part of an archive holds and names, each blob held to its name. */
export async function contentOf(archive: Uint8Array): Promise<Source> {
  const members = membersOf(archive)
  const memory = createMemoryContent()
  for (const [path, bytes] of members) {
    if (!path.startsWith('blobs/')) continue
    const { digest } = memory.put('', bytes)
    if (path !== `blobs/sha256/${digest.slice(7)}`) throw new Error(`${path} is ${digest}`)
  }
  const { manifests } = jsonOf(members, 'index.json') as { readonly manifests: readonly Entry[] }
  const delivery = await memory.begin()
  for (const { annotations = {}, ...target } of manifests) {
    const name = annotations['io.containerd.image.name']
    const names = name === undefined ? [] : [name]
    const { outcome } = await delivery.publish({ target, names, documents: documentsBelow(members, target) })
    if (outcome === 'missing') throw new Error(`${name} is not whole`)
  }
  await delivery.finish()
  return memory
}

function documentsBelow(members: ReadonlyMap<string, Uint8Array>, target: Descriptor): readonly Document[] {
  const bytes = members.get(`blobs/sha256/${target.digest.slice(7)}`)
  if (bytes === undefined || digestOf(bytes) !== target.digest) return []
  const document = { descriptor: target, bytes }
  const isIndex = target.mediaType.endsWith('index.v1+json') || target.mediaType.endsWith('list.v2+json')
  return [document, ...(isIndex ? successors(document).flatMap((child) => documentsBelow(members, child)) : [])]
}
