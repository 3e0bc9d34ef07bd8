import { createFetchTransport } from '@lading/registry-client/fetch'
import { testTransport } from '@lading/registry-client/compliance'
import { describe, it } from 'vitest'
import { createUndiciTransport } from '../src/index.ts'
import { createNodeTransport } from '../src/transport/node-transport.ts'

describe('over undici', () => {
  testTransport({ describe, it }, { create: () => createUndiciTransport() })
})

describe('over sockets of ours, and undici for what they do not do', () => {
  testTransport({ describe, it }, { create: () => createNodeTransport({ leastBody: 0 }) })
})

describe("over the runtime's fetch", () => {
  testTransport({ describe, it }, { create: () => ({ transport: createFetchTransport() }) })
})
