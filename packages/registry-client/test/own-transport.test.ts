import { describe, expect, it, onTestFinished } from 'vitest'
import {
  createRegistryClient,
  type Endpoint,
  type Repository,
  type Transport,
  type TransportRequest,
} from '../src/index.ts'
import { descriptorOf } from './support/image.ts'
import { sinkOf } from './support/sink.ts'

const blob = Buffer.from('a blob')
const endpoint: Endpoint = {
  url: 'https://registry.example',
  host: 'registry.example',
  scheme: 'https',
  mirror: false,
  insecure: false,
  headers: { 'x-secret': 'of the endpoint' },
}
const headers = { get: () => null }

function blobsOver(transport: Transport): Repository['blobs'] {
  const client = createRegistryClient({ transport })
  onTestFinished(() => client.close())
  return client.repository('registry.example/a', { endpoint }).blobs
}

describe('a transport of the caller', () => {
  it('is told what its contract names, and nothing else', async () => {
    let asked: TransportRequest | undefined
    await blobsOver(async (request, to) => {
      asked = request
      await to.head(200, headers)
      await to.data(blob)
    }).fetch(descriptorOf(blob), sinkOf())
    const told = Object.entries(asked ?? {}).flatMap(([name, value]) => (value === undefined ? [] : [name]))
    expect(told.toSorted()).toEqual(['answerTimeout', 'bodySize', 'headers', 'insecure', 'method', 'url'])
    const named = 'addresses answerTimeout body bodySize connectTimeout headers insecure method proxy tls url'
    expect(
      Object.keys(asked ?? {})
        .toSorted()
        .join(' '),
    ).toBe(named)
  })

  it('may take the functions off their receiver, and need not wait for the head', async () => {
    const sink = sinkOf()
    await blobsOver(async (_, { head, data }) => {
      const begun = head(200, headers)
      await Promise.all([begun, data(blob.subarray(0, 2)), data(blob.subarray(2))])
    }).fetch(descriptorOf(blob), {
      offset: 0,
      async begin(answer) {
        await new Promise(setImmediate)
        await sink.begin(answer)
      },
      write: (chunk) => sink.write(chunk),
    })
    expect(sink.content().toString()).toBe('a blob')
  })
})
