import { describe, expect, it } from 'vitest'
import type { ClientEvent } from '../src/index.ts'
import { clientOf, failureOf } from './support/client.ts'
import { descriptorOf, manifestOf, manifestType } from './support/image.ts'
import { bytes, serve, type Handler } from './support/scripted-server.ts'
import { sinkOf } from './support/sink.ts'
import { steppedClock } from './support/stepped-clock.ts'
import { virtualClock } from './support/virtual-clock.ts'

const manifest = manifestOf()
const blob = Buffer.from('layer')
const good: Handler = (request, response) =>
  request.url?.includes('/blobs/') === true
    ? bytes(response, 200, blob)
    : bytes(response, 200, manifest.bytes, { 'content-type': manifestType })

describe('requests to one host', () => {
  it('are never more at once than may be, manifests and blobs together', async () => {
    let running = 0
    let most = 0
    const registry = await serve(async (request, response) => {
      most = Math.max(most, ++running)
      response.once('finish', () => (running -= 1))
      // Long enough for everybody who may come.
      for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate)
      return good(request, response)
    })
    const { manifests, blobs } = clientOf({ connections: 3 }).repository(`${registry.host}/a`)
    await Promise.all(
      Array.from({ length: 20 }, (_none, at) =>
        at % 2 === 0 ? manifests.get('1') : blobs.fetch(descriptorOf(blob), sinkOf()),
      ),
    )
    expect(registry.requests).toHaveLength(20)
    expect(most).toBe(3)
  })

  it('are half as many after a 429, and more again when all goes well', async () => {
    const events: ClientEvent[] = []
    let answered = 0
    const { promise: allHere, resolve } = Promise.withResolvers<void>()
    const registry = await serve(async (request, response) => {
      if (++answered === 8) resolve()
      if (answered > 8) return good(request, response)
      await allHere
      return bytes(response, 429, '', { 'retry-after': '1' })
    })
    const { manifests } = clientOf({ connections: 8, onEvent: (event) => events.push(event) }).repository(
      `${registry.host}/a`,
    )
    await Promise.all(Array.from({ length: 30 }, () => manifests.get('1')))
    const limits = events.flatMap((event) => (event.type === 'concurrency' ? [event.limit] : []))
    expect(limits[0]).toBe(4)
    expect(limits.slice(1, 3)).toEqual([5, 6])
    expect(events).toContainEqual({ type: 'pause', host: registry.host, forMs: 1000 })
  })

  it('wait together after a 503 that says for how long, and not after one that does not', async () => {
    for (const [headers, waits] of [
      [{ 'retry-after': '30' }, [30_000]],
      [{}, []],
    ] as const) {
      const clock = virtualClock()
      const registry = await serve((request, response) =>
        request.url?.includes('/blobs/') === true ? bytes(response, 200, blob) : bytes(response, 503, '', headers),
      )
      const client = clientOf({ clock, transport: undefined })
      const { blobs } = client.repository(`${registry.host}/a`)
      expect(
        await failureOf(
          blobs
            .fetch(
              { ...descriptorOf(Buffer.from('other')), digest: descriptorOf(blob).digest },
              { ...sinkOf(), begin: () => undefined },
            )
            .then(() => client.repository(`${registry.host}/b`).manifests.head('1')),
        ),
      ).toMatchObject({ facts: { status: 503 } })
      clock.slept.length = 0
      await blobs.fetch(descriptorOf(blob), sinkOf())
      expect(clock.slept).toEqual(waits)
    }
  })

  it("that wait for their turn are given up with the signal's reason, or when the client closes", async () => {
    const clock = steppedClock()
    const registry = await serve((_request, response) => bytes(response, 429, '', { 'retry-after': '60' }))
    const client = clientOf({ clock })
    const { blobs } = client.repository(`${registry.host}/a`)
    await failureOf(blobs.fetch(descriptorOf(blob), sinkOf()))
    const controller = new AbortController()
    const reason = { enough: true }
    const leaving = failureOf(blobs.fetch(descriptorOf(blob), sinkOf(), { signal: controller.signal }))
    const staying = failureOf(blobs.fetch(descriptorOf(blob), sinkOf()))
    controller.abort(reason)
    expect(await leaving).toBe(reason)
    await client.close()
    expect(await staying).toMatchObject({ code: 'CLIENT_CLOSED' })
    expect(registry.requests).toHaveLength(1)
  })

  it('do not wait for each other in a circle: a blob can be read inside the loop over another', async () => {
    const large = Buffer.alloc(1_000_000, 'x')
    const registry = await serve((request, response) =>
      bytes(response, 200, request.url?.endsWith(descriptorOf(blob).digest) === true ? blob : large),
    )
    const clock = steppedClock()
    const { blobs } = clientOf({ clock, connections: 1 }).repository(`${registry.host}/a`)
    const found: Uint8Array[] = []
    for await (const chunk of blobs.open(descriptorOf(large))) {
      expect(chunk.length).toBeGreaterThan(0)
      if (found.length > 0) continue
      const reading = blobs.read(descriptorOf(blob)).then((all) => found.push(all))
      for (; found.length === 0; await new Promise(setImmediate)) await clock.pass(1000)
      await reading
    }
    expect(found).toEqual([new Uint8Array(blob)])
  })

  it.each([0, 1.5, NaN])('cannot be %d', (connections) => {
    expect(() => clientOf({ connections })).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }) as Error)
  })
})
