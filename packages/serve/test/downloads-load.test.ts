import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { image, startTestRegistry } from '@lading/test-registry'
import { describe, expect, it, onTestFinished } from 'vitest'
import { enlarged, needs } from '../../../test/support/needs.ts'
import { get, serveApart } from './support/served.ts'

const clients = 32
const forMs = 60_000
const MiB = 1024 * 1024

const onLinux = (): string | undefined => (process.platform === 'linux' ? undefined : '/proc says what a process has')
const descriptorsOf = async (pid: number): Promise<number> => (await readdir(`/proc/${pid}/fd`)).length
/** In bytes, at its highest. */
const memoryOf = async (pid: number): Promise<number> =>
  Number(/VmHWM:\s+(\d+) kB/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024

describe('a server under load', needs(enlarged, onLinux), () => {
  it(
    `serves ${clients} clients that are slow or leave, in at most 256 MiB, and gives its descriptors back`,
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'lading-serve-load-'))
      // Together what slow readers have not taken yet is more than there may be in memory.
      const built = Array.from({ length: 6 }, (_, seed) => seed + 1).reduce(
        (made, seed) => made.randomLayer(24_000_000, { seed }),
        image('t/app:1'),
      )
      const registry = await startTestRegistry({
        images: [built],
        faults: [{ on: 'blob', then: { bytesPerSecond: 12_000_000 } }],
      })
      const server = await serveApart(folder, registry.host)
      onTestFinished(async () => {
        await server.end()
        await registry.close()
        await rm(folder, { recursive: true, force: true })
      })
      const repository = registry.repository('t/app')
      const blobs = repository.blobs().map((digest) => ({ digest, bytes: repository.blob(digest) as Uint8Array }))
      expect((await get(server, '/v2/t/app/manifests/1')).status).toBe(200)
      const before = await descriptorsOf(server.pid)

      const wrong: string[] = []
      let wholes = 0
      const until = performance.now() + forMs
      const client = async (): Promise<void> => {
        while (performance.now() < until) {
          const { digest, bytes } = blobs[Math.floor(Math.random() * blobs.length)] as (typeof blobs)[number]
          const dice = Math.random()
          const from = dice < 0.3 ? Math.floor(Math.random() * bytes.byteLength) : undefined
          const got = await get(server, `/v2/t/app/blobs/${digest}`, {
            ...(from === undefined ? {} : { from }),
            leave: Math.random() < 0.5 ? Math.random() * bytes.byteLength : undefined,
            pauseMs: Math.random() < 0.5 ? 50 : undefined,
          })
          const start = got.status === 206 ? (from ?? 0) : 0
          if (got.whole) wholes += 1
          if (
            (got.status === 200 || got.status === 206) &&
            Buffer.compare(got.bytes, bytes.subarray(start, start + got.bytes.byteLength)) !== 0
          )
            wrong.push(digest)
        }
      }
      await Promise.all(Array.from({ length: clients }, client))
      expect(wrong).toEqual([])
      expect(wholes).toBeGreaterThan(clients)
      expect(await memoryOf(server.pid)).toBeLessThan(256 * MiB)
      let after = Number.POSITIVE_INFINITY
      // Of kept connections to the upstream a few may stay for a while.
      for (let look = 0; look < 150 && after > before + 4; look++) {
        await sleep(100)
        after = await descriptorsOf(server.pid)
      }
      expect(after).toBeLessThanOrEqual(before + 4)
    },
    forMs + 120_000,
  )
})
