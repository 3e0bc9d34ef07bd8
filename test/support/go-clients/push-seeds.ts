import type { BuiltImage, BuiltIndex } from '@lading/test-registry'

/** Pushes what was built for a test to any registry, over HTTP. */
export async function pushSeeds(host: string, images: readonly (BuiltImage | BuiltIndex)[]): Promise<void> {
  for (const built of images) await push(host, built, built.repository ?? '', built.tag ?? 'latest')
}

async function push(host: string, built: BuiltImage | BuiltIndex, repository: string, target: string): Promise<void> {
  if (built.kind === 'index') for (const child of built.manifests) await push(host, child, repository, child.digest)
  else
    for (const { bytes, digest } of [built.config, ...built.layers]) await pushBlob(host, repository, { bytes, digest })
  const answer = await fetch(`http://${host}/v2/${repository}/manifests/${target}`, {
    method: 'PUT',
    headers: { 'content-type': built.mediaType },
    body: new Uint8Array(built.bytes),
  })
  if (answer.status !== 201) throw new Error(`${repository}:${target} is refused: ${await answer.text()}`)
}

async function pushBlob(
  host: string,
  repository: string,
  { bytes, digest }: { readonly bytes: Uint8Array; readonly digest: string },
): Promise<void> {
  const session = await fetch(`http://${host}/v2/${repository}/blobs/uploads/`, { method: 'POST' })
  const location = new URL(session.headers.get('location') ?? '', `http://${host}`)
  location.searchParams.set('digest', digest)
  const answer = await fetch(location, { method: 'PUT', body: new Uint8Array(bytes) })
  if (answer.status !== 201) throw new Error(`${digest} is refused: ${await answer.text()}`)
}
