import { createFetchTransport } from '@lading/registry-client/fetch'
import { testTransport } from '@lading/registry-client/compliance'
import { describe, it } from 'vitest'
import { createUndiciTransport } from '../src/index.ts'

describe('over undici', () => {
  testTransport({ describe, it }, { create: () => createUndiciTransport() })
})

describe("over the runtime's fetch", () => {
  testTransport({ describe, it }, { create: () => ({ transport: createFetchTransport() }) })
})
