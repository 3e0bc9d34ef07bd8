import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testContent } from '@lading/content/compliance'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { startDockerRegistry, type DockerRegistry } from '../../../test/support/docker-registry.ts'
import { needs } from '../../../test/support/needs.ts'
import { atScale } from '../../../test/support/scale.ts'
import { repositoryPlace } from './support/repository-place.ts'

describe('a repository of distribution 2.8', needs('docker-registry'), () => {
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

  // Slow to start and to answer: in chunks, the ordinary run has the test registry alone.
  const ways = [
    ['in one request', {}],
    ['in chunks', { chunkSize: 50_000 }],
  ] as const
  describe.each(ways.slice(0, atScale(1, 2)))('uploads %s', (_how, options) => {
    testContent({ describe, it }, { create: async () => repositoryPlace(registry.host, options) })
  })
})
