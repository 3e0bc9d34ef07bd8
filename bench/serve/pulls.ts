import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pathOf } from '../../test/support/real-parts.ts'
import { atOnce } from '../pull/contestants.ts'
import type { CommandLine } from '../support/lading.ts'
import { measure, median } from '../support/measure.ts'
import { targets } from '../support/settings.ts'
import type { RunningCache, StartCache } from './caches.ts'

/** What some clients took that began together, until the last had all of it. */
export interface Pulled {
  /** Seconds. */
  readonly wall: number
  /** Bytes that came from far away meanwhile. */
  readonly fromFar: number
  /** Of the cache: seconds of processor time, and its most resident memory in MiB so far. */
  readonly cpu: number
  readonly peak: number
}

export interface Far {
  readonly host: string
  /** Bytes that it sent since it was asked last. */
  sent(): number | Promise<number>
}

/** `skopeo`, each into a layout of its own. */
async function pullTogether(reference: string, clients: number): Promise<number> {
  const folder = await mkdtemp(join(targets, 'clients-'))
  try {
    const copy = (number: number): CommandLine => [
      pathOf('skopeo'),
      '--insecure-policy',
      'copy',
      '-q',
      '--src-tls-verify=false',
      '--dest-oci-accept-uncompressed-layers',
      `docker://${reference}`,
      `oci:${join(folder, String(number))}:1`,
    ]
    const [program, ...args] = atOnce(Array.from({ length: clients }, (_, number) => copy(number)))
    return (await measure(program, args)).wall
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function pulled(cache: RunningCache | undefined, far: Far, path: string, clients: number): Promise<Pulled> {
  await far.sent()
  const before = cache?.cost().cpu ?? 0
  const wall = await pullTogether(`${cache?.host ?? far.host}/${path}`, clients)
  const { cpu, peak } = cache?.cost() ?? { cpu: 0, peak: 0 }
  return { wall, fromFar: await far.sent(), cpu: cpu - before, peak }
}

/** Without a cache. */
export const pullStraight = (far: Far, path: string, clients: number): Promise<Pulled> =>
  pulled(undefined, far, path, clients)

/** Through a cache that has nothing, and then once more through the same one. */
export async function pullThrough(
  start: StartCache,
  far: Far,
  { path, clients }: { readonly path: string; readonly clients: number },
): Promise<{ readonly cold: Pulled; readonly warm: Pulled }> {
  const folder = await mkdtemp(join(targets, 'cache-'))
  try {
    const cache = await start(join(folder, 'store'), far.host)
    try {
      return { cold: await pulled(cache, far, path, clients), warm: await pulled(cache, far, path, clients) }
    } finally {
      await cache.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Of several rounds. */
export const medians = (all: readonly Pulled[]): Pulled => ({
  wall: median(all.map(({ wall }) => wall)),
  fromFar: median(all.map(({ fromFar }) => fromFar)),
  cpu: median(all.map(({ cpu }) => cpu)),
  peak: median(all.map(({ peak }) => peak)),
})
