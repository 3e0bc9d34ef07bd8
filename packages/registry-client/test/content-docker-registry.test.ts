import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testContent } from '@lading/content/compliance'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { startDockerRegistry, type DockerRegistry } from '../../../test/support/docker-registry.ts'
import { enlarged, needs } from '../../../test/support/needs.ts'
import { repositoryPlace } from './support/repository-place.ts'

// Slow to start and to answer: the ordinary run has the same cases at the test registry, and pushes to this one.
describe('a repository of distribution 2.8', needs(enlarged, 'docker-registry'), () => {
  let folder: string
  let registry: DockerRegistry

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lading-content-'))
    registry = await startDockerRegistry(folder)
  })
  afterAll(async () => {
    await registry?.close()
    await rm(folder, { recursive: true, force: true })
  })

  describe.each([
    ['in one request', {}],
    ['in chunks', { chunkSize: 50_000 }],
  ] as const)('uploads %s', (_how, options) => {
    testContent({ describe, it }, { create: async () => repositoryPlace(registry.host, options) })
  })
})
