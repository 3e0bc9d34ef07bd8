import { statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { systemClock } from '@lading/clock'
import { objectParts, timesOf } from '@lading/content-store-s3'
import { createBucket, memoryObjects } from '@lading/content-store-s3/memory'
import { platformOfNode } from '@lading/manifest'
import { createRegistryClient } from '@lading/registry-client'
import { createDownloads, createServe, registryUpstream } from '@lading/serve'
import { createStore } from '@lading/store'
import { image } from '@lading/test-registry'
import { expect, it, onTestFinished } from 'vitest'
import { enlarged, needs } from '../../../test/support/needs.ts'
import { start } from './support/lading.ts'
import { registryWith } from './support/registry-with.ts'
import { serving } from './support/serving.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

const size = 2_000_000

/** An image of one large layer. */
async function slowUpstream(bytesPerSecond: number) {
  const upstream = await registryWith([image('t/app:1').randomLayer(size)], {
    faults: [{ on: 'blob', then: { bytesPerSecond } }],
  })
  const repository = upstream.repository('t/app')
  const digest = repository.blobs().find((each) => (repository.blob(each)?.byteLength ?? 0) >= size)
  if (digest === undefined) throw new Error('it has a layer')
  return { upstream, digest, bytes: repository.blob(digest) ?? new Uint8Array() }
}

/** One of several servers that share a bucket. */
async function server(bucket: ReturnType<typeof createBucket>, upstream: string): Promise<string> {
  const store = createStore({
    ...objectParts({
      root: 's3://bucket/prefix',
      objects: memoryObjects({ bucket }),
      times: timesOf({ pollMs: 50, flushMs: 50 }),
      clock: systemClock,
      patient: true,
      writable: () => Promise.resolve(),
      changeable: () => Promise.resolve(true),
    }),
    platform: platformOfNode('x64'),
  })
  const content = { source: store.source(), target: store.target(), arriving: store.contents.arriving }
  const client = createRegistryClient()
  const downloads = createDownloads({ content })
  const serve = createServe({
    upstreams: [registryUpstream(client, { host: upstream })],
    defaultUpstream: upstream,
    content,
    records: store.served,
    downloads,
  })
  const listener = createServer((request, response) => void serve.handle(request, response))
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    listener.close().closeAllConnections()
    serve.close()
    for (const part of [downloads, client, store]) await part.close()
  })
  return `http://127.0.0.1:${(listener.address() as AddressInfo).port}`
}

it('the clients of two servers on one bucket read a blob while one of them brings it', needs(enlarged), async () => {
  const { upstream, digest, bytes } = await slowUpstream(1_000_000)
  const bucket = createBucket()
  const hosts = [await server(bucket, upstream.host), await server(bucket, upstream.host)]
  const begun = Promise.withResolvers<void>()
  let waiting = hosts.length
  let over = 0
  const pulls = hosts.map(async (host) => {
    const pieces: Uint8Array[] = []
    const { body } = await fetch(`${host}/v2/t/app/blobs/${digest}`)
    for await (const piece of body ?? []) {
      if (pieces.push(piece) === 1 && --waiting === 0) begun.resolve()
    }
    over += 1
    return Buffer.concat(pieces)
  })
  await begun.promise
  expect(over).toBe(0)
  for (const pulled of await Promise.all(pulls)) expect(Buffer.compare(pulled, bytes)).toBe(0)
  upstream.journal.assertFetchedOnce(digest)
})

it(
  'its clients read what a pull into its store brings, and the server goes on when that is killed',
  needs(enlarged),
  async () => {
    const { upstream, digest, bytes } = await slowUpstream(800_000)
    const root = join(await temporaryDirectory(), 'store')
    const { url } = await serving(['--root', root, '--upstream', upstream.host, '--access-log', 'none'])
    const pull = start(['pull', '--root', root, `${upstream.host}/t/app:1`])
    const data = join(root, 'lading/ingest', digest.replace(':', '/'), 'data')
    await expect
      .poll(() => statSync(data, { throwIfNoEntry: false })?.size ?? 0, { timeout: 10_000 })
      .toBeGreaterThan(0)
    const { body } = await fetch(`${url}/v2/t/app/blobs/${digest}`)
    const pieces: Uint8Array[] = []
    for await (const piece of body ?? []) {
      if (pieces.push(piece) === 1) pull.child.kill('SIGKILL')
    }
    expect(Buffer.compare(Buffer.concat(pieces), bytes)).toBe(0)
    await pull.ended
  },
)
