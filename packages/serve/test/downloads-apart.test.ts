import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { image, startTestRegistry, type TestRegistry } from '@lading/test-registry'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { enlarged, needs } from '../../../test/support/needs.ts'
import { get, serveApart, serverProgram, type Got, type Served } from './support/served.ts'

const size = 3_000_000

describe('two servers on one root', needs(enlarged), () => {
  let registry: TestRegistry
  let folder: string
  let program: string
  let roots = 0

  beforeAll(async () => {
    registry = await startTestRegistry({
      images: [image('t/app:1').randomLayer(size, { seed: 1 })],
      faults: [{ on: 'blob', then: { bytesPerSecond: 2_000_000 } }],
    })
    folder = await mkdtemp(join(tmpdir(), 'lading-serve-apart-'))
    program = await serverProgram()
  })
  afterAll(async () => {
    await registry?.close()
    await rm(folder, { recursive: true, force: true })
  })

  async function twoServers(): Promise<readonly [Served, Served]> {
    registry.journal.clear()
    const root = join(folder, `root-${roots++}`)
    const servers = [
      await serveApart(root, registry.host, program),
      await serveApart(root, registry.host, program),
    ] as const
    onTestFinished(async () => void (await Promise.all(servers.map((server) => server.end()))))
    for (const server of servers) await get(server, '/v2/t/app/manifests/1')
    return servers
  }

  function layer(): { readonly digest: string; readonly bytes: Uint8Array } {
    const repository = registry.repository('t/app')
    const found = repository
      .blobs()
      .map((digest) => ({ digest, bytes: repository.blob(digest) ?? new Uint8Array() }))
      .find(({ bytes }) => bytes.byteLength >= size)
    if (found === undefined) throw new Error('it has a layer')
    return found
  }
  const starts = (digest: string): readonly (string | undefined)[] =>
    registry.journal.entries
      .filter(({ kind, method, target }) => kind === 'blob' && method === 'GET' && target === digest)
      .map(({ range }) => range)

  /** A client, and when it has this many bytes. */
  function ask(server: Served, digest: string): { readonly got: Promise<Got>; has(bytes: number): Promise<void> } {
    let length = 0
    let told = Promise.withResolvers<void>()
    const got = get(server, `/v2/t/app/blobs/${digest}`, {
      onData(piece) {
        length += piece.byteLength
        told.resolve()
        told = Promise.withResolvers()
      },
    })
    return {
      got,
      async has(bytes) {
        for (;;) {
          if (length >= bytes) return
          await told.promise
        }
      },
    }
  }

  it('bring a blob once, and the clients of both have it while it comes', async () => {
    const [first, second] = await twoServers()
    const { digest, bytes } = layer()
    const one = ask(first, digest)
    await one.has(100_000)
    const clients = [ask(second, digest), ask(second, digest)]
    let over = false
    void one.got.then(() => (over = true))
    await Promise.all(clients.map((client) => client.has(1_000_000)))
    expect(over).toBe(false)
    for (const { got } of [one, ...clients]) {
      const { whole, bytes: had } = await got
      expect(whole).toBe(true)
      expect(Buffer.compare(had, bytes)).toBe(0)
    }
    expect(starts(digest)).toEqual([undefined])
  })

  it('when the one that brings it is killed, the other goes on, and its clients notice nothing', async () => {
    const [first, second] = await twoServers()
    const { digest, bytes } = layer()
    const one = ask(first, digest)
    await one.has(100_000)
    const clients = [ask(second, digest), ask(second, digest)]
    await Promise.all(clients.map((client) => client.has(1_000_000)))
    await first.end()
    expect((await one.got).whole).toBe(false)
    for (const { got } of clients) {
      const { whole, bytes: had } = await got
      expect(whole).toBe(true)
      expect(Buffer.compare(had, bytes)).toBe(0)
    }
    const [from, ...more] = starts(digest).slice(1)
    expect(Number(/^bytes=(\d+)-/.exec(from ?? '')?.[1])).toBeGreaterThanOrEqual(1_000_000)
    expect(more).toEqual([])
  })
})
