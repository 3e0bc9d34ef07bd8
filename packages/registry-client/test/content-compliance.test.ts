import { testContent } from '@lading/content/compliance'
import { startTestRegistry } from '@lading/test-registry'
import { describe, it } from 'vitest'
import { atScale } from '../../../test/support/scale.ts'
import { repositoryPlace } from './support/repository-place.ts'

// Chunks have tests of their own: the ordinary run has the suite once.
const ways = [
  ['in one request', {}],
  ['in chunks', { chunkSize: 700 }],
] as const
describe.each(ways.slice(0, atScale(1, 2)))('a repository of the test registry, uploads %s', (_how, options) => {
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
