import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import { ask, type Answer, type Ask } from '../http.ts'

/** One thing the distribution spec asks for, tried at any registry that takes pushes and deletes. */
export interface Check {
  readonly name: string
  run(registry: Tried): Promise<void>
}

export interface Tried {
  /** Of the registry. */
  readonly url: string
  /** A repository nobody has used. */
  readonly repository: string
  readonly at: (path: string, how?: Ask) => Promise<Answer>
  /** Follows an upload's `Location`, relative or absolute. */
  readonly location: (answer: Answer, query?: string) => string
  readonly pushBlob: (bytes: Uint8Array) => Promise<string>
  readonly pushImage: (tag: string) => Promise<{ readonly digest: string; readonly bytes: Buffer; readonly config: string }>
}

export const sha = (bytes: Uint8Array, algorithm = 'sha256'): string => `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`
export const manifestType = 'application/vnd.oci.image.manifest.v1+json'
export const data = Buffer.from(Array.from({ length: 2048 }, (_, position) => (position * 7) % 251))

export function tried(url: string, repository = `check/${randomUUID()}`): Tried {
  const at: Tried['at'] = (path, how) => ask(path.startsWith('http') ? path : `${url}/v2/${repository}${path}`, how)
  const location: Tried['location'] = (answer, query = '') => {
    const target = new URL(answer.headers.location ?? '', url)
    for (const [name, value] of new URLSearchParams(query)) target.searchParams.set(name, value)
    return target.href
  }
  const pushBlob: Tried['pushBlob'] = async (bytes) => {
    const digest = sha(bytes)
    const opened = await at('/blobs/uploads/', { method: 'POST', headers: { 'content-length': '0' } })
    assert.equal(opened.status, 202)
    const closed = await at(location(opened, `digest=${digest}`), { method: 'PUT', body: bytes, headers: { 'content-type': 'application/octet-stream', 'content-length': String(bytes.length) } })
    assert.equal(closed.status, 201)
    return digest
  }
  return {
    url,
    repository,
    at,
    location,
    pushBlob,
    async pushImage(tag) {
      const configBytes = Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [] }, tag }))
      const config = await pushBlob(configBytes)
      const bytes = manifestOf({ config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: config, size: configBytes.length }, layers: [] })
      const answer = await at(`/manifests/${tag}`, { method: 'PUT', body: bytes, headers: { 'content-type': manifestType } })
      assert.equal(answer.status, 201)
      return { digest: sha(bytes), bytes, config }
    },
  }
}

export const manifestOf = (members: object): Buffer => Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: manifestType, ...members }))
