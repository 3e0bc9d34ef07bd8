// pnpm bench fleet: blobs in a bucket of a real Ceph on loopback, beside what the bare SDK moves in one object, and what
// small blobs, pulls and a fleet of eight workers cost in requests. Needs radosgw, ceph-mon, ceph-osd and ceph-common.
// LADING_BENCH_MB (default 200), LADING_BENCH_ROUNDS (default 5).
import { randomFillSync } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ContentStore } from '@lading/content-store'
import { createObjectContentStore, createS3Objects, type Objects } from '@lading/content-store-s3'
import { digestOf } from '@lading/digest/hash'
import { startCluster } from '../../torture/fleet/cluster.ts'
import { median } from '../support/measure.ts'
import * as settings from '../support/settings.ts'
import { say } from '../support/settings.ts'
import { countPulls } from './pulls.ts'

const megabytes = settings.megabytes(200)
const rounds = settings.rounds(5)
const small = 200

const folder = await mkdtemp(join(tmpdir(), 'lading-fleet-'))
const cluster = await startCluster(folder)
try {
  const { GetObjectCommand, PutObjectCommand } = await import('@aws-sdk/client-s3')
  const { client, bucket, ceph } = cluster
  const { credentials, endpoints } = ceph
  const s3 = await createS3Objects({ bucket, prefix: 'store', endpoints: endpoints.slice(0, 1), credentials })
  const counts = new Map<string, number>()
  const contents = createObjectContentStore({ objects: counted(s3, counts) })
  say(
    `Ceph on loopback, ${megabytes} MB, ${rounds} rounds in turn; Node ${process.versions.node}, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}\n`,
  )
  const times: Record<'sdkPut' | 'sdkGet' | 'ourPut' | 'ourGet', number[]> = {
    sdkPut: [],
    sdkGet: [],
    ourPut: [],
    ourGet: [],
  }
  for (let round = 0; round <= rounds; round += 1) {
    const bytes = randomFillSync(Buffer.alloc(megabytes * 1_000_000))
    const digest = digestOf(bytes)
    const address = { digest, size: bytes.length }
    const took = {
      sdkPut: await time(() =>
        client.send(new PutObjectCommand({ Bucket: bucket, Key: `bare-${round}`, Body: bytes })),
      ),
      ourPut: await time(() => bring(contents, address, bytes)),
      sdkGet: await time(async () => {
        const { Body: body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: `bare-${round}` }))
        for await (const chunk of body as AsyncIterable<Uint8Array>) void chunk
      }),
      ourGet: await time(async () => {
        for await (const chunk of contents.open(address)) void chunk
      }),
    }
    // The first one warms up.
    if (round > 0) for (const [name, ms] of Object.entries(took)) times[name as keyof typeof times].push(ms)
  }
  const rate = (all: readonly number[]): number => (megabytes * 1000) / median(all)
  const row = (what: string, ours: readonly number[], bare: readonly number[]): void =>
    say(
      `${what.padEnd(10)}${rate(ours).toFixed(0).padStart(8)} MB/s, the bare SDK ${rate(bare).toFixed(0).padStart(6)} MB/s: ${(rate(ours) / rate(bare)).toFixed(2)} x`,
    )
  row('put', times.ourPut, times.sdkPut)
  row('get', times.ourGet, times.sdkGet)

  counts.clear()
  const documents = Array.from({ length: small }, () => randomFillSync(Buffer.alloc(1_000)))
  const putting = await time(async () => {
    for (const bytes of documents) await contents.put(digestOf(bytes), bytes)
  })
  tell('put of a document of 1 kB', putting)
  const reading = await time(async () => {
    for (const bytes of documents) await contents.read(digestOf(bytes))
  })
  tell('read of it', reading)
  s3.close()
  await countPulls(cluster, folder)

  function tell(what: string, ms: number): void {
    const asked = [...counts].map(([name, count]) => `${(count / small).toFixed(1)} ${name}`).join(', ')
    say(`${what}: ${(ms / small).toFixed(1)} ms, ${asked}`)
    counts.clear()
  }
} finally {
  await cluster.close()
  await rm(folder, { recursive: true })
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
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
  for (let at = 0; at < bytes.length; at += 65_536) await ingest.write(bytes.slice(at, at + 65_536))
  await ingest.commit()
}

/** Counts requests by what they are. */
function counted(objects: Objects, counts: Map<string, number>): Objects {
  const count = (name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1)
  return {
    create: (...given) => (count('create'), objects.create(...given)),
    put: (...given) => (count('put'), objects.put(...given)),
    get: (...given) => (count('get'), objects.get(...given)),
    stat: (...given) => (count('stat'), objects.stat(...given)),
    list: (...given) => (count('list'), objects.list(...given)),
    remove: (...given) => (count('remove'), objects.remove(...given)),
  }
}
