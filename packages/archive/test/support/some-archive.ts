import { hexOf } from '@lading/digest'
import type { Digest } from '@lading/digest'
import { writeTar, type TarInput } from '@lading/tar'
import { targetsOf, type Delivered } from './delivered.ts'
import { jsonBytes, type SomeFiles } from './some-files.ts'

/** One member: a file's bytes, or a link to another path. */
export type Member = Uint8Array | { readonly symlink: string } | { readonly link: string }

/** A tar archive of these, in this order. */
export async function archiveOf(members: Iterable<readonly [path: string, member: Member]>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of writeTar(Array.from(members, ([path, member]) => inputOf(path, member)))) chunks.push(chunk)
  return new Uint8Array(Buffer.concat(chunks))
}

function inputOf(name: string, member: Member): TarInput {
  if (member instanceof Uint8Array) return { name, type: 'file', body: member, size: member.byteLength }
  return 'symlink' in member
    ? { name, type: 'symlink', linkName: member.symlink }
    : { name, type: 'link', linkName: member.link }
}

/** As docker-archive, named as skopeo names things: no manifests, layers under names of their own. */
export function dockerFiles(delivered: Delivered): SomeFiles {
  const files = new Map<string, Uint8Array>()
  const bytes = new Map(delivered.blobs.map((blob) => [blob.descriptor.digest, blob.bytes]))
  const items = new Map<Digest, { Config: string; RepoTags: string[]; Layers: string[] }>()
  for (const { name, publication } of targetsOf(delivered)) {
    const document = publication.documents.find(({ descriptor }) => descriptor.digest === publication.target.digest)
    const { config, layers } = JSON.parse(new TextDecoder().decode(document?.bytes)) as {
      config?: { digest: Digest }
      layers?: { digest: Digest }[]
    }
    if (config === undefined || layers === undefined) continue
    const item = items.get(publication.target.digest) ?? {
      Config: `${hexOf(config.digest)}.json`,
      RepoTags: [],
      Layers: layers.map(({ digest }) => `${hexOf(digest)}.tar`),
    }
    items.set(publication.target.digest, item)
    if (name !== undefined) item.RepoTags.push(name)
    files.set(item.Config, bytes.get(config.digest) ?? new Uint8Array())
    for (const { digest } of layers) files.set(`${hexOf(digest)}.tar`, bytes.get(digest) ?? new Uint8Array())
  }
  return files.set('manifest.json', jsonBytes([...items.values()]))
}
