import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { BlobSink } from '../src/index.ts'
import { clientOf } from './support/client.ts'
import { descriptorOf } from './support/image.ts'
import { overFetch } from './support/over-fetch.ts'
import { bytes, serve } from './support/scripted-server.ts'

const src = fileURLToPath(new URL('../src/', import.meta.url))

/** The functions of ours that are on the stack while a chunk is written, the last one first. */
async function functionsOnTheWay(path: string): Promise<readonly string[]> {
  const blob = Buffer.alloc(1024 * 1024, 'x')
  const registry = await serve((request, response) => {
    if (request.url?.startsWith('/v2/team/led/') === true) {
      response.writeHead(307, { location: request.url.replace('led', 'app') })
      response.end()
    } else bytes(response, 200, blob)
  })
  const ways = new Set<string>()
  const sink: BlobSink = {
    offset: 0,
    begin: () => undefined,
    write() {
      const { stackTraceLimit } = Error
      Error.stackTraceLimit = 100
      const frames = (new Error().stack ?? '').split('\n').filter((line) => line.includes(src))
      Error.stackTraceLimit = stackTraceLimit
      ways.add(frames.join('\n'))
    },
  }
  await clientOf().repository(`${registry.host}/${path}`).blobs.fetch(descriptorOf(blob), sink)
  expect(ways.size).toBeGreaterThan(0)
  return [...ways].toSorted((one, other) => other.length - one.length)[0]?.split('\n') ?? []
}

describe.skipIf(overFetch.now)('a chunk', () => {
  it('passes at most three functions from the socket to the sink', async () => {
    const functions = await functionsOnTheWay('team/app')
    expect(functions.length, functions.join('\n')).toBeGreaterThan(0)
    expect(functions.length, functions.join('\n')).toBeLessThanOrEqual(3)
  })

  it('passes as few behind a redirect', async () => {
    const functions = await functionsOnTheWay('team/led')
    expect(functions.length, functions.join('\n')).toBeLessThanOrEqual(3)
  })
})
