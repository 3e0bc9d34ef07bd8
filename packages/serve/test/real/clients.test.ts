import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createPuller } from '@lading/distribution'
import { digestOf } from '@lading/digest/hash'
import { openStore } from '@lading/store'
import { openMemoryStore } from '@lading/store/memory'
import { image, index, startTestRegistry } from '@lading/test-registry'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startDockerRegistry } from '../../../../test/support/docker-registry.ts'
import { enlarged, needs, needsGoTool } from '../../../../test/support/needs.ts'
import { runOfficialSuite } from '../../../../test/support/official-suite.ts'
import { startCache } from '../support/cache.ts'

const run = promisify(execFile)
let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'serve-real-'))
})
afterEach(() => rm(directory, { recursive: true }))

const app = image('t/app:1').layer({ 'etc/motd': 'hello\n' }).randomLayer(300_000)
const multi = index('t/multi:1')
  .add(app)
  .add(app.platform('linux/arm64').layer({ arm: 'yes' }))
const skopeo = async (...args: readonly string[]): Promise<string> =>
  (await run('skopeo', ['--insecure-policy', ...args])).stdout

it('lading pulls through the cache, and again when its upstream is gone', async () => {
  const registry = await startTestRegistry({ images: [app] })
  const store = await openStore({ root: join(directory, 'store'), workers: 0 })
  await using cache = await startCache([registry.host], { store })
  for (let turn = 0; turn < 2; turn++) {
    const puller = await createPuller({ store: openMemoryStore() })
    const pulled = await puller.pull(`${cache.host}/t/app:1`)
    expect(pulled.digest).toBe(app.build().digest)
    await puller.close()
    if (turn === 0) {
      for (const { digest } of app.build().layers) registry.journal.assertFetchedOnce(digest)
      await registry.close()
    }
  }
  const { findings } = await store.check()
  expect(findings).toEqual([])
  expect((await store.prune({ minAgeMs: 0 })).freed).toBe(0)
  await store.close()
})

describe('skopeo', needs('skopeo'), () => {
  it('copies an index with all its images through the cache, and lists its tags', async () => {
    await using registry = await startTestRegistry({ images: [multi] })
    await using cache = await startCache([registry.host])
    const from = `docker://${cache.host}/t/multi`
    await skopeo('copy', '--all', '--src-tls-verify=false', `${from}:1`, `dir:${directory}/out`)
    expect(digestOf(await readFile(join(directory, 'out', 'manifest.json')))).toBe(multi.build().digest)
    expect(JSON.parse(await skopeo('list-tags', '--tls-verify=false', from))).toMatchObject({ Tags: ['1'] })
  })
})

describe("Debian's docker-registry", needs('skopeo', 'docker-registry', enlarged), () => {
  it('is an upstream like any other', async () => {
    const upstream = await startDockerRegistry(join(directory, 'registry'))
    await using registry = await startTestRegistry({ images: [multi] })
    await using cache = await startCache([upstream.host])
    const insecure = ['--src-tls-verify=false', '--dest-tls-verify=false']
    await skopeo(
      'copy',
      '--all',
      ...insecure,
      `docker://${registry.host}/t/multi:1`,
      `docker://${upstream.host}/t/multi:1`,
    )
    const from = `docker://${cache.host}/t/multi`
    await skopeo('copy', '--all', '--src-tls-verify=false', `${from}:1`, `dir:${directory}/out`)
    expect(digestOf(await readFile(join(directory, 'out', 'manifest.json')))).toBe(multi.build().digest)
    // It knows neither `n` nor `last`, nor an order.
    await skopeo('copy', ...insecure, `docker://${registry.host}/t/multi:1`, `docker://${upstream.host}/t/multi:2`)
    const tags: string[] = []
    let next: string | undefined = '/v2/t/multi/tags/list?n=1'
    while (next !== undefined && tags.length < 3) {
      const page: Response = await cache.get(next)
      tags.push(...((await page.json()) as { tags: string[] }).tags)
      next = /^<([^>]*)>/.exec(page.headers.get('link') ?? '')?.[1]
    }
    expect(tags.toSorted((one, other) => one.localeCompare(other))).toEqual(['1', '2'])
    expect((await cache.get('/v2/t/none/manifests/1')).status).toBe(404)
    await upstream.close()
  })
})

describe('the conformance suite of the distribution spec', { ...needsGoTool('conformance'), timeout: 120_000 }, () => {
  it.each(['1.1', 'dev'])('finds nothing to say against what is read, at version %s', async (version) => {
    await using registry = await startTestRegistry()
    let time = 0
    // What the suite has just brought is asked for at once, as it would be a minute later.
    await using cache = await startCache([registry.host], { now: () => (time += 61_000) })
    const reads = (method: string, path: string): boolean =>
      (method === 'GET' || method === 'HEAD') && !path.includes('/uploads/')
    await using front = await startFront((method, path) => (reads(method, path) ? cache.host : registry.host))
    const reports = join(directory, 'reports')
    await mkdir(reports)
    const report = await runOfficialSuite(front.host, {
      version,
      directory: reports,
      env: { OCI_API_BLOBS_DELETE: 'false', OCI_API_MANIFESTS_DELETE: 'false', OCI_API_TAGS_DELETE: 'false' },
    })
    expect(report.failed).toEqual([])
    expect(report.passed).toBeGreaterThan(500)
    expect(cache.events.filter(({ type }) => type === 'request').length).toBeGreaterThan(200)
  })
})

/** Before two servers: each request goes to the one that `choose` names. */
async function startFront(
  choose: (method: string, path: string) => string,
): Promise<AsyncDisposable & { readonly host: string }> {
  const server = createServer((incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming
    const host = choose(method, url)
    const onward = request(`http://${host}${url}`, { method, headers: { ...headers, host } }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 0, answer.headers)
      answer.pipe(outgoing)
    })
    incoming.pipe(onward)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
