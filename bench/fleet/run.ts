// pnpm bench fleet: blobs in a bucket of a real Ceph on loopback, beside what the bare SDK moves: in one object, and in
// as many objects as we write, with the SHA-256 of it all. Then requests: of a blob of that size, of small ones, of pulls
// and of a fleet of eight workers. Needs radosgw, ceph-mon, ceph-osd and ceph-common.
// LADING_BENCH_MB (default 200), LADING_BENCH_ROUNDS (default 5).
import { randomFillSync } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ContentStore } from '@lading/content-store'
import { createObjectContentStore, createS3Objects } from '@lading/content-store-s3'
import { digestOf } from '@lading/digest/hash'
import { startCluster } from '../../torture/fleet/cluster.ts'
import { median } from '../support/measure.ts'
import * as settings from '../support/settings.ts'
import { say } from '../support/settings.ts'
import { manyObjects, oneObject } from './bare-sdk.ts'
import { countRequests } from './count-requests.ts'
import { countPulls } from './pulls.ts'

const megabytes = settings.megabytes(200)
const rounds = settings.rounds(5)
const small = 200
/** As `createObjectContentStore` has them by default. */
const ours = { partBytes: 4 * 1024 * 1024, atOnce: 3 }

interface Cost {
  readonly ms: number
  /** Of this process, in milliseconds: the store's own are not in it. */
  readonly processorMs: number
}

const folder = await mkdtemp(join(tmpdir(), 'lading-fleet-'))
const cluster = await startCluster(folder)
try {
  const { client, bucket, ceph } = cluster
  const { credentials, endpoints } = ceph
  const s3 = await createS3Objects({ bucket, prefix: 'store', endpoints: endpoints.slice(0, 1), credentials })
  const { objects, counted } = countRequests(s3)
  const contents = createObjectContentStore({ objects })
  const one = oneObject(client, bucket)
  const many = manyObjects(client, bucket, ours)
  say(
    `Ceph on loopback, ${megabytes} MB, ${rounds} rounds in turn; Node ${process.versions.node}, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}\n`,
  )
  const costs = new Map<string, Cost[]>()
  let requests = ''
  for (let round = 0; round <= rounds; round += 1) {
    const bytes = randomFillSync(Buffer.alloc(megabytes * 1_000_000))
    const address = { digest: digestOf(bytes), size: bytes.length }
    const name = `bare-${round}`
    counted()
    const took = {
      'put one': await costOf(() => one.put(name, bytes)),
      'put many': await costOf(() => many.put(name, bytes)),
      'put ours': await costOf(() => bring(contents, address, bytes)),
    }
    const put = counted()
    const took2 = {
      'get one': await costOf(() => one.get(name, bytes.length)),
      'get many': await costOf(() => many.get(name, bytes.length)),
      'get ours': await costOf(async () => {
        for await (const chunk of contents.open(address)) void chunk
      }),
    }
    requests = `put of a blob of ${megabytes} MB: ${put}\nget of it: ${counted()}`
    // The first one warms up.
    if (round > 0)
      for (const [what, cost] of Object.entries({ ...took, ...took2 }))
        costs.set(what, [...(costs.get(what) ?? []), cost])
  }
  for (const what of ['put', 'get']) {
    const of = (who: string): { readonly ms: number; readonly processorMs: number } => {
      const all = costs.get(`${what} ${who}`) ?? []
      return { ms: median(all.map(({ ms }) => ms)), processorMs: Math.min(...all.map((each) => each.processorMs)) }
    }
    const mine = of('ours')
    const told = ({ ms, processorMs }: Cost): string =>
      `${((megabytes * 1000) / ms).toFixed(0).padStart(5)} MB/s, ${processorMs.toFixed(0).padStart(5)} ms of processor`
    say(`${what}  ours               ${told(mine)}`)
    for (const [who, where] of [
      ['many', 'bare, as many parts'],
      ['one', 'bare, one object   '],
    ] as const) {
      const theirs = of(who)
      say(
        `     ${where}${told(theirs)}: ours is ${(theirs.ms / mine.ms).toFixed(2)} x as fast, ${(theirs.processorMs / mine.processorMs).toFixed(2)} x by processor time`,
      )
    }
  }
  say(`\n${requests}`)

  const documents = Array.from({ length: small }, () => randomFillSync(Buffer.alloc(1_000)))
  counted()
  const putting = await costOf(async () => {
    for (const bytes of documents) await contents.put(digestOf(bytes), bytes)
  })
  say(`put of a document of 1 kB: ${(putting.ms / small).toFixed(1)} ms; ${counted(small)}`)
  const reading = await costOf(async () => {
    for (const bytes of documents) await contents.read(digestOf(bytes))
  })
  say(`read of it: ${(reading.ms / small).toFixed(1)} ms; ${counted(small)}`)
  s3.close()
  await countPulls(cluster, folder)
} finally {
  await cluster.close()
  await rm(folder, { recursive: true })
}

async function costOf(work: () => Promise<unknown>): Promise<Cost> {
  const [began, before] = [performance.now(), process.cpuUsage()]
  await work()
  const { user, system } = process.cpuUsage(before)
  return { ms: performance.now() - began, processorMs: (user + system) / 1000 }
}

async function bring(
  contents: ContentStore,
  address: { readonly digest: ReturnType<typeof digestOf>; readonly size: number },
  bytes: Uint8Array,
): Promise<void> {
  const ingest = await contents.ingest(address)
  if (ingest === undefined) throw new Error('it is here already')
  await ingest.begin({ start: 0, source: 'bench' })
  // As sockets give them.
  for (let at = 0; at < bytes.length; at += 65_536) await ingest.write(bytes.subarray(at, at + 65_536))
  await ingest.commit()
}
