import { join } from 'node:path'
import { image, type Seedable } from '@lading/test-registry'
import { registryWith } from './registry-with.ts'
import { servingHere } from './serving.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const architecture = process.arch === 'x64' ? 'amd64' : process.arch

/** For this machine: manifest, config and two layers. */
export const imageOfThisMachine = (reference: string): ReturnType<typeof image> =>
  image(reference).platform(`linux/${architecture}`).layer({ 'etc/': '', 'etc/motd': 'hello' }).randomLayer(50_000)

export interface ServingDockerIo {
  readonly host: string
  readonly url: string
  /** How often each blob left the upstream. */
  left(): readonly number[]
}

/** A server for docker.io, of which a registry of ours plays the part. */
export async function servingDockerIo(
  images: readonly Seedable[],
  args: readonly string[] = [],
): Promise<ServingDockerIo> {
  const upstream = await registryWith(images)
  const store = join(await temporaryDirectory(), 'store')
  const mirror = ['--upstream', 'docker.io', '--mirror', `http://${upstream.host}`]
  const { host, url } = await servingHere(['--root', store, ...mirror, '--access-log', 'none', ...args])
  return { host, url, left: () => blobsLeft(upstream) }
}

/** How often each blob left a registry. */
export function blobsLeft(registry: Awaited<ReturnType<typeof registryWith>>): readonly number[] {
  const counts = new Map<string, number>()
  for (const { kind, method, target = '' } of registry.journal.entries)
    if (kind === 'blob' && method === 'GET') counts.set(target, (counts.get(target) ?? 0) + 1)
  return [...counts.values()]
}
