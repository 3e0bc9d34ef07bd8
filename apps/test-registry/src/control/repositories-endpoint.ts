import { isDigest, isRepositoryName, isTag } from '../names.ts'
import type { RepositoryAccess } from '../repository-access.ts'
import { done, ok, refuse, type ControlReply } from './control-reply.ts'
import type { ControlRequest, Endpoint } from './endpoint.ts'
import { manifestSummary } from './manifest-summary.ts'

/** So many manifests and blobs are listed; more is for `/v2/`. */
const most = 1000

export const repositories: Endpoint = {
  methods: ['GET', 'PUT', 'DELETE'],
  answer(request, controlled) {
    if (request.rest === '')
      return request.method === 'GET'
        ? ok({ repositories: controlled.repositories().map((name) => shortly(controlled.repository(name))) })
        : undefined
    if (
      !isRepositoryName(request.rest) ||
      (request.method !== 'PUT' && !controlled.repositories().includes(request.rest))
    )
      return undefined
    const repository = controlled.repository(request.rest)
    if (request.method === 'GET') return ok(wholly(repository))
    return request.method === 'PUT' ? moveTag(repository, request) : remove(repository, request)
  },
}

const shortly = (repository: RepositoryAccess): unknown => ({
  name: repository.name,
  tags: repository.tags(),
  manifests: repository.manifests().length,
  blobs: repository.blobs().length,
})

function wholly(repository: RepositoryAccess): unknown {
  const [manifests, blobs] = [repository.manifests(), repository.blobs()]
  return {
    name: repository.name,
    tags: repository.tags(),
    manifests: manifests.slice(0, most).flatMap((digest) => {
      const manifest = repository.manifest(digest)
      return manifest === undefined ? [] : [manifestSummary(manifest, (blob) => repository.blobSize(blob))]
    }),
    blobs: blobs.slice(0, most).map((digest) => ({ digest, size: repository.blobSize(digest) })),
    more: manifests.length > most || blobs.length > most,
  }
}

function moveTag(repository: RepositoryAccess, { query, body }: ControlRequest): ControlReply {
  const tag = query.get('tag')
  const digest: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'digest') : undefined
  if (tag === null || !isTag(tag) || typeof digest !== 'string' || !isDigest(digest))
    return refuse('INVALID', 'write ?tag=NAME and { "digest": "sha256:…" }')
  repository.tag(tag, digest)
  return done
}

function remove(repository: RepositoryAccess, { query }: ControlRequest): ControlReply | undefined {
  const [[what, target] = ['', ''], ...others] = [...query]
  const removers: Readonly<Record<string, () => boolean>> = {
    tag: () => repository.deleteTag(target),
    manifest: () => isDigest(target) && repository.deleteManifest(target),
    blob: () => isDigest(target) && repository.deleteBlob(target),
  }
  if (!Object.hasOwn(removers, what) || others.length > 0)
    return refuse('INVALID', 'write ?tag=NAME, ?manifest=DIGEST or ?blob=DIGEST')
  return removers[what]?.() === true ? done : undefined
}
