import { testContent } from '@lading/content/compliance'
import { startTestRegistry } from '@lading/test-registry'
import { describe, it } from 'vitest'
import { repositoryPlace } from './support/repository-place.ts'

describe.each([
  ['in one request', {}],
  ['in chunks', { chunkSize: 2500 }],
])('a repository of the test registry, uploads %s', (_how, options) => {
  testContent(
    { describe, it },
    {
      async create() {
        const registry = await startTestRegistry()
        return {
          ...repositoryPlace(registry.host, { ...options, dispose: () => registry.close() }),
          async damage() {
            // Twice the same bit would be right again.
            registry.clearFaults()
            for (const on of ['blob', 'manifest'] as const) registry.addFault({ on, then: 'flip' })
          },
        }
      },
    },
  )
})
