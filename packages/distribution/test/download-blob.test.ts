import { createHash } from 'node:crypto'
import { createRegistryClient } from '@lading/registry-client'
import { image, startTestRegistry, type Fault, type TestRegistry } from '@lading/test-registry'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Descriptor } from '@lading/manifest'
import type { Repository } from '@lading/registry-client'
import { downloadBlob } from '../src/index.ts'
import { failure, instantClock } from './scene.ts'

const size = 200_000

async function seeded(): Promise<{ registry: TestRegistry; blobs: Repository['blobs']; layer: Descriptor }> {
  const registry = await startTestRegistry()
  onTestFinished(() => registry.close())
  const { layers } = await registry.seed(image('t/big:1').randomLayer(size))
  const client = createRegistryClient({ clock: instantClock() })
  onTestFinished(() => client.close())
  const { blobs } = client.repository(`${registry.host}/t/big`)
  const layer = layers[0] as unknown as Descriptor
  return { registry, blobs, layer: { mediaType: '', digest: layer.digest, size: layer.size } }
}

/** The bytes in the order in which they came. */
function collected(): { readonly write: (bytes: Uint8Array) => void; readonly digest: () => string; bytes: number } {
  const hash = createHash('sha256')
  const into = {
    bytes: 0,
    write: (chunk: Uint8Array): void => {
      into.bytes += chunk.byteLength
      hash.update(chunk)
    },
    digest: () => `sha256:${hash.digest('hex')}`,
  }
  return into
}

describe('downloading a blob without a store', () => {
  it.each<[string, readonly Fault[]]>([
    ['nothing breaks', []],
    ['the connection closes', [{ on: 'blob', nth: 1, afterBytes: 100_000, then: 'close' }]],
    ['the connection is reset, twice', [1, 2].map((nth) => ({ on: 'blob', nth, afterBytes: 50_000, then: 'reset' }))],
    [
      'the server begins anew',
      [
        { on: 'blob', nth: 1, afterBytes: 100_000, then: 'close' },
        { on: 'blob', ranged: true, then: 'ignore-range' },
      ],
    ],
    [
      'the server knows no such range',
      [
        { on: 'blob', nth: 1, afterBytes: 100_000, then: 'close' },
        { on: 'blob', ranged: true, times: 1, then: 'range-not-satisfiable' },
      ],
    ],
    ['it is busy', [{ on: 'blob', nth: 1, then: { status: 503 } }]],
  ])('each byte comes once and in order when %s', async (_what, faults) => {
    const { registry, blobs, layer } = await seeded()
    for (const fault of faults) registry.addFault(fault)
    const into = collected()
    await downloadBlob(blobs, layer, into.write, { clock: instantClock() })
    expect(into.bytes).toBe(layer.size)
    expect(into.digest()).toBe(layer.digest)
  })

  it('that is another one rejects at the end, and tells retries on the way', async () => {
    const { registry, blobs, layer } = await seeded()
    registry.addFault({ on: 'blob', nth: 1, afterBytes: 100_000, then: 'close' })
    registry.addFault({ on: 'blob', ranged: true, then: 'flip' })
    const retries: number[] = []
    const download = downloadBlob(blobs, layer, () => undefined, {
      clock: instantClock(),
      onRetry: ({ attempt }) => retries.push(attempt),
    })
    expect(await failure(download)).toMatchObject({ code: 'DIGEST_MISMATCH', facts: { expected: layer.digest } })
    expect(retries).toEqual([1])
  })

  it('gives up after five attempts without progress', async () => {
    const { registry, blobs, layer } = await seeded()
    registry.addFault({ on: 'blob', then: 'reset' })
    expect(await failure(downloadBlob(blobs, layer, () => undefined, { clock: instantClock() }))).toMatchObject({
      code: 'CONNECTION_LOST',
    })
  })

  it('ends with what the writer throws, and asks no more', async () => {
    const { registry, blobs, layer } = await seeded()
    const full = new Error('the disk is full')
    const write = (): never => {
      throw full
    }
    expect(await failure(downloadBlob(blobs, layer, write, { clock: instantClock() }))).toBe(full)
    expect(registry.journal.blob(layer.digest).requests).toHaveLength(1)
  })

  it("ends with the signal's reason when the last write has settled", async () => {
    const { registry, blobs, layer } = await seeded()
    registry.addFault({ on: 'blob', afterBytes: 100_000, then: 'stall' })
    const stop = new AbortController()
    const reason = new Error('enough')
    let writing = 0
    const write = async (): Promise<void> => {
      writing += 1
      stop.abort(reason)
      await new Promise((resolve) => setImmediate(resolve))
      writing -= 1
    }
    expect(await failure(downloadBlob(blobs, layer, write, { signal: stop.signal, clock: instantClock() }))).toBe(
      reason,
    )
    expect(writing).toBe(0)
  })
})
