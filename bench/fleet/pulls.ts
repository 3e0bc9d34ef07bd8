import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { openStore } from '@lading/store'
import { startTestRegistry, type TestRegistry } from '@lading/test-registry'
import { startBalancer } from '../../torture/fleet/balancer.ts'
import type { Cluster } from '../../torture/fleet/cluster.ts'
import { seedImages, type FleetImages } from '../../torture/fleet/images.ts'
import { createServer } from '../../torture/fleet/server.ts'
import { openSharedStore } from '../../torture/fleet/shared-store.ts'
import { pullAll } from '../../torture/fleet/worker.ts'
import { say } from '../support/settings.ts'
import { startCountingGateway, type CountingGateway, type Counts } from './counting-gateway.ts'

const [workers, servers] = [8, 3]

/** What pulls of ten images that share layers cost: requests to the object store, and bytes from the upstream. */
export async function countPulls(cluster: Cluster, folder: string): Promise<void> {
  const registry = await startTestRegistry()
  const gateway = await startCountingGateway(cluster.ceph.endpoints[0] ?? '')
  const root = (prefix: string): string => `s3://${cluster.bucket}/${prefix}?endpoint=${gateway.url}`
  const counted: Cluster = { ...cluster, root, ceph: { ...cluster.ceph, endpoints: [gateway.url] } }
  const bench: Bench = { registry, gateway, counted, folder }
  try {
    say('\nrequests for one pull of an image of a config and four layers (29 MB)')
    say(`${''.padEnd(52)}${head}`)
    await countOne(bench)
    say(`\n${workers} workers, ten images that share layers (39 MB), ${servers} servers`)
    await countFleet(bench)
  } finally {
    await gateway.close()
    await registry.close()
  }
}

interface Bench {
  readonly registry: TestRegistry
  readonly gateway: CountingGateway
  readonly counted: Cluster
  readonly folder: string
}

const head = ['PUT', 'LIST', 'GET', 'HEAD', 'DELETE'].map((name) => name.padStart(8)).join('')
const row = ({ put, list, get, head: heads, delete: removed }: Counts, pulls = 1): string =>
  [put, list, get, heads, removed].map((count) => (count / pulls).toFixed(pulls === 1 ? 0 : 1).padStart(8)).join('')

/** Straight into the bucket, and through a server. */
async function countOne({ registry, gateway, counted, folder }: Bench): Promise<void> {
  const images = await seedImages(registry, { repository: 'one', seed: 1 })
  const first = `${registry.host}/${images.names[0]}`
  const beside = async (what: string, reference: string): Promise<void> => {
    const store = await openSharedStore(counted, 'one', { times: {} })
    await expectWell(pullAll({ store, references: [reference], limitMs }))
    await store.close()
    say(`${what.padEnd(52)}${row(gateway.take())}`)
  }
  const other = await openSharedStore(counted, 'one', { times: {} })
  // The first write of all looks whether the engine can hold a store.
  await expectWell(pullAll({ store: other, references: [`${registry.host}/${images.names[9]}`], limitMs }))
  await other.close()
  gateway.take()
  await beside('lading pull --root s3://…, most layers are there', first)
  await beside('the same once more: up to date', first)
  const fresh = await seedImages(registry, { repository: 'fresh', seed: 2 })
  await beside('lading pull --root s3://…, nothing is there', `${registry.host}/${fresh.names[0]}`)
  const behind = await seedImages(registry, { repository: 'behind', seed: 3 })
  const server = await createServer({ root: counted.root('one'), upstream: registry.host, env: counted.env })
  await server.start()
  try {
    gateway.take()
    for (const what of ['through a server, nothing is there', 'through the same server, all is there'])
      await behindOne(what)
  } finally {
    await server.kill()
  }

  async function behindOne(what: string): Promise<void> {
    await pullInto(folder, [`${new URL(server.url).host}/${behind.names[0]}`])
    say(`${what.padEnd(52)}${row(gateway.take())}`)
  }
}

/** All of them through servers, against each by itself. */
async function countFleet({ registry, gateway, counted, folder }: Bench): Promise<void> {
  const images = await seedImages(registry, { repository: 'fleet', seed: 4 })
  const all = await Promise.all(
    Array.from({ length: servers }, () =>
      createServer({ root: counted.root('fleet'), upstream: registry.host, env: counted.env }),
    ),
  )
  const balancer = await startBalancer(all.map(({ url }) => url))
  const pulls = workers * images.names.length
  const pullTogether = async (host: string): Promise<void> => {
    const references = images.names.map((name) => `${host}/${name}`)
    await Promise.all(Array.from({ length: workers }, () => pullInto(folder, references)))
  }
  try {
    await Promise.all(all.map((server) => server.start()))
    for (const what of ['through servers, nothing is there', 'through servers, all is there']) {
      gateway.take()
      registry.journal.clear()
      await pullTogether(balancer.host)
      say(`${what.padEnd(52)}${row(gateway.take(), pulls)} per pull; ${sentOf(registry, images)}`)
    }
  } finally {
    await balancer.close()
    for (const server of all) await server.kill()
  }
  registry.journal.clear()
  await pullTogether(registry.host)
  say(`${'each for itself, without servers and without a bucket'.padEnd(92)} per pull; ${sentOf(registry, images)}`)
}

const limitMs = 300_000
let roots = 0

async function pullInto(folder: string, references: readonly string[]): Promise<void> {
  const root = join(folder, `worker-${roots++}`)
  await mkdir(root)
  const store = await openStore({ root, workers: 0 })
  await expectWell(pullAll({ store, references, limitMs }))
  await store.close()
  await rm(root, { recursive: true })
}

async function expectWell(pulling: Promise<readonly string[]>): Promise<void> {
  const [failed] = await pulling
  if (failed !== undefined) throw new Error(failed)
}

/** Of configs and layers, from the registry; how often each byte. */
function sentOf({ journal }: TestRegistry, { size }: FleetImages): string {
  const bytes = journal.requests({ kind: 'blob', method: 'GET' }).reduce((sum, { bytesSent }) => sum + bytesSent, 0)
  return `${(bytes / 1_000_000).toFixed(1)} MB from the upstream, ${(bytes / size).toFixed(2)} times what there is`
}
