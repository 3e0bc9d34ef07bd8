import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { unsyncedFileSystem } from '@lading/content-store/testing'
import { openStore, type Store } from '@lading/store'
import type { TestRegistry } from '@lading/test-registry'
import { createRandom, type Random } from '../../fuzz/random.ts'
import { consultBucket } from '../../packages/content-store-s3/test/oracle.ts'
import { consult } from '../../packages/store/test/oracle.ts'
import type { Balancer } from './balancer.ts'
import type { Cluster } from './cluster.ts'
import { seedImages, type FleetImages } from './images.ts'
import type { Killer } from './kills.ts'
import { collectAll } from './leftovers.ts'
import type { FleetServer } from './server.ts'
import { openSharedStore } from './shared-store.ts'
import { judgeSent, viaOf, type Sent } from './upstream.ts'
import { pullAll } from './worker.ts'

/** All that a round is played with. */
export interface Fleet {
  readonly folder: string
  readonly registry: TestRegistry
  readonly cluster: Cluster
  readonly prefix: string
  readonly servers: readonly FleetServer[]
  /** Where clients reach one of them. */
  readonly balancer: Balancer
  /** Of the layers: what their sizes are multiplied by. */
  readonly scale: number
}

export interface RoundOptions {
  readonly number: number
  readonly seed: number
  readonly killer: Killer
  /** Kills at most. */
  readonly kills: number
}

export interface Round {
  readonly pulls: number
  /** Of the blobs, each once, in bytes. */
  readonly once: number
  readonly sent: Sent
  readonly violations: readonly string[]
}

/** Behind servers, each with a store of its own; and with the shared one, right from the upstream. */
const [behind, beside] = [6, 2]
/** A pull that takes longer hangs, also on a busy machine whose disk is away half of the time. In milliseconds. */
const limitMs = 600_000
/** The workers of the shared store begin a little later, so that servers have something to bring. */
const laterMs = 1_500

/** Eight workers pull ten images that nobody had, while others are killed. What was wrong at the end, in words. */
export async function playRound(fleet: Fleet, { number, seed, killer, kills }: RoundOptions): Promise<Round> {
  const { registry, folder, cluster, prefix } = fleet
  const random = createRandom(seed, number)
  const images = await seedImages(registry, {
    repository: `r${number}`,
    seed: (seed % 1_000_000) + number,
    scale: fleet.scale,
  })
  const rounds = join(folder, `round-${number}`)
  await mkdir(rounds)
  registry.journal.clear()
  const failed = await whileKilling(killer, kills, () =>
    Promise.all([
      ...Array.from({ length: behind }, (_, at) =>
        pullBehind(fleet, images, { root: join(rounds, String(at)), random }),
      ),
      ...Array.from({ length: beside }, () => pullBeside(fleet, images, random)),
    ]),
  )
  const living = new Set(['', ...(await pseudonyms(fleet, number))])
  const sent = judgeSent(registry.journal.requests({ origin: 'registry' }), { blobs: images.blobs, living })
  const wrong = [...failed.flat(), ...sent.violations]
  for (let at = 0; at < behind; at++) wrong.push(...wholeIn(join(rounds, String(at)), fleet, images))
  wrong.push(...(await sharedAsPulled(fleet, images)))
  wrong.push(...(await collectAll(cluster, prefix)))
  images.remove()
  await rm(rounds, { recursive: true })
  return {
    pulls: (behind + beside) * images.names.length,
    once: images.size,
    sent,
    violations: wrong.map((what) => `round ${number}: ${what}`),
  }
}

async function whileKilling<T>(killer: Killer, most: number, work: () => Promise<T>): Promise<T> {
  const over = new AbortController()
  const killing = killer.run(most, over.signal)
  try {
    return await work()
  } finally {
    over.abort()
    await killing
  }
}

async function pullBehind(
  { balancer: { host } }: Fleet,
  { names }: FleetImages,
  { root, random }: { readonly root: string; readonly random: Random },
): Promise<readonly string[]> {
  const references = shuffled(names, random).map((name) => `${host}/${name}`)
  const store = await openStore({ root, fs: unsyncedFileSystem(), workers: 0 })
  return whileOpen(store, () => pullAll({ store, references, limitMs }))
}

async function pullBeside(
  { cluster, prefix, registry }: Fleet,
  { names }: FleetImages,
  random: Random,
): Promise<readonly string[]> {
  const references = shuffled(names, random).map((name) => `${registry.host}/${name}`)
  await sleep(laterMs)
  const store = await openSharedStore(cluster, prefix)
  return whileOpen(store, () => pullAll({ store, references, limitMs }))
}

async function whileOpen<T>(store: Store, use: () => Promise<T>): Promise<T> {
  try {
    return await use()
  } finally {
    await store.close()
  }
}

function shuffled<T>(items: readonly T[], random: Random): readonly T[] {
  const left = [...items]
  return items.map(() => left.splice(random.below(left.length), 1)[0] as T)
}

/** `Via` of each server that runs now: as it asks the upstream for something that nobody else asks for. */
async function pseudonyms({ servers, registry }: Fleet, round: number): Promise<readonly string[]> {
  const { journal } = registry
  return Promise.all(
    servers.map(async ({ url, deaths }, at) => {
      const repository = `whose/round${round}-server${at}`
      if (deaths.length > 0) throw new Error(deaths.join('\n'))
      await fetch(`${url}/v2/${repository}/manifests/1`)
      const [asked] = journal.requests({ repository })
      if (asked === undefined) throw new Error(`${url} did not ask its upstream`)
      return viaOf(asked.headers)
    }),
  )
}

/** What is wrong with the images in a worker's own store. */
function wholeIn(root: string, { balancer: { host } }: Fleet, images: FleetImages): readonly string[] {
  const { violations, names } = consult(root)
  const absent = images.names.filter((name) => !Object.hasOwn(names, `${host}/${name}`))
  return [...violations, ...absent.map((name) => `${name} is not in ${root}`)]
}

/** What is wrong with the images in the shared store, as somebody sees it who knows S3 alone. */
async function sharedAsPulled({ cluster, prefix, registry }: Fleet, images: FleetImages): Promise<readonly string[]> {
  const { violations, names } = await consultBucket({ client: cluster.client, bucket: cluster.bucket, prefix })
  const absent = images.names.filter((name) => !Object.hasOwn(names, `${registry.host}/${name}`))
  return [...violations, ...absent.map((name) => `${name} is not in the shared store`)]
}
