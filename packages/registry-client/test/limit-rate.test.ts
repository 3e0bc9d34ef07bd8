import type { ServerResponse } from 'node:http'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBandwidth } from '../src/wire/bandwidth.ts'
import { clientOf, failureOf } from './support/client.ts'
import { descriptorOf } from './support/image.ts'
import { bytes, serve } from './support/scripted-server.ts'
import { sinkOf } from './support/sink.ts'
import { steppedClock } from './support/stepped-clock.ts'
import { virtualClock } from './support/virtual-clock.ts'

describe('a bandwidth', () => {
  it('is not exceeded over any time, nor wasted, however many take from it', async () => {
    const chunk = fc.integer({ min: 1, max: 100_000 })
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1000, max: 1_000_000 }),
        fc.array(fc.array(chunk, { minLength: 1, maxLength: 10 }), { minLength: 1, maxLength: 5 }),
        async (rate, connections) => {
          const clock = steppedClock()
          const bandwidth = createBandwidth(clock, rate)
          const total = connections.flat().reduce((sum, each) => sum + each, 0)
          const ends: number[] = []
          const running = connections.map(async (chunks) => {
            for (const each of chunks) await bandwidth.take(each)
            ends.push(clock.now())
          })
          await clock.pass((total / rate) * 1000 + 1)
          await Promise.all(running)
          expect(Math.max(...ends)).toBeCloseTo((total / rate) * 1000, 3)
        },
      ),
    )
  })

  it('makes up for a quarter of a second at most after a quiet time', async () => {
    const clock = steppedClock()
    const bandwidth = createBandwidth(clock, 1000)
    await Promise.all([bandwidth.take(1), clock.pass(3_600_000)])
    const began = clock.now()
    let ended = 0
    const taking = Promise.resolve(bandwidth.take(2000)).then(() => (ended = clock.now() - began))
    await clock.pass(2000)
    await taking
    expect(ended).toBe(1750)
  })

  it.each([0, -1, NaN])('of %d is none', (limitRate) => {
    expect(() => clientOf({ limitRate })).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }) as Error)
  })
})

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done)
      resolve()
    }
    response.on('drain', done).on('close', done)
  })
}

describe('a client with a limited rate', () => {
  const blob = Buffer.alloc(300_000, 'x')

  it('spreads the bytes of every body over time', async () => {
    const clock = virtualClock()
    const registry = await serve((_request, response) => bytes(response, 200, blob))
    const { blobs } = clientOf({ clock, limitRate: 100_000 }).repository(`${registry.host}/a`)
    await blobs.fetch(descriptorOf(blob), sinkOf())
    await blobs.read(descriptorOf(blob))
    const waited = clock.slept.reduce((sum, ms) => sum + ms, 0)
    expect(waited).toBeGreaterThan(5900)
    expect(waited).toBeLessThanOrEqual(6000)
  })

  it('makes the server wait instead of taking what it sends', async () => {
    const large = Buffer.alloc(20_000_000, 'x')
    let written = 0
    const registry = await serve(async (_request, response) => {
      response.writeHead(200, { 'content-length': String(large.length) })
      for (let at = 0; at < large.length && !response.destroyed; at += 100_000) {
        if (!response.write(large.subarray(at, at + 100_000))) await drained(response)
        written += 100_000
      }
      response.end()
    })
    const clock = steppedClock()
    const client = clientOf({ clock, limitRate: 1000 })
    const { promise: first, resolve: arrived } = Promise.withResolvers<void>()
    const sink = sinkOf()
    const fetching = failureOf(
      client
        .repository(`${registry.host}/a`)
        .blobs.fetch(descriptorOf(large), { ...sink, write: (chunk) => (arrived(), sink.write(chunk)) }),
    )
    await first
    // The clock stands still, so nothing more is read: what the server can write is what buffers hold.
    let before = -1
    while (before !== written) {
      before = written
      for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate)
    }
    expect(written).toBeLessThan(large.length)
    expect(sink.content().length).toBeLessThan(1_000_000)
    await client.close()
    expect(await fetching).toMatchObject({ code: 'CONNECTION_LOST' })
  })

  it("stops waiting with the signal's own reason", async () => {
    const reason = new Error('enough')
    const controller = new AbortController()
    const registry = await serve(
      (_request, response) =>
        void response.writeHead(200, { 'content-length': String(blob.length) }).write(blob.subarray(0, 50_000)),
    )
    const fetching = clientOf({ clock: steppedClock(), limitRate: 10 })
      .repository(`${registry.host}/a`)
      .blobs.fetch(
        descriptorOf(blob),
        { ...sinkOf(), write: () => controller.abort(reason) },
        { signal: controller.signal },
      )
    await expect(fetching).rejects.toBe(reason)
  })
})
