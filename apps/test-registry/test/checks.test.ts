import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { missing } from '../../../test/support/real-parts.ts'
import { startTestRegistry, type TestRegistry } from '../src/index.ts'
import { checks } from './support/checks/all.ts'
import { tried } from './support/checks/tried.ts'
import { startDockerRegistry, type DockerRegistry } from './support/docker-registry.ts'

describe('the distribution spec, at the test registry', () => {
  let registry: TestRegistry
  beforeAll(async () => {
    registry = await startTestRegistry()
  })
  afterAll(() => registry.close())

  test.each(checks.map((check) => [check.name, check] as const))('%s', async (_, check) => {
    await expect(check.run(tried(registry.url))).resolves.toBeUndefined()
  })

  test('a deleted manifest leaves no tag in the list', async () => {
    const { at, pushImage, repository } = tried(registry.url)
    const { digest } = await pushImage('one')
    await pushImage('two')
    await at(`/manifests/${digest}`, { method: 'DELETE' })
    expect(Object.keys(registry.repository(repository).tags())).toEqual(['two'])
  })
})

/** Where distribution 2.8.2 leaves the spec, measured: the same checks tell the difference. */
const known: readonly string[] = [
  'blob: one POST',
  'blob: sha512, and its digest header in that algorithm',
  'range: past the blob is 416',
  'range: inverted is 416',
  'chunks: out of order is 416, and the session says where it is',
  'mount: without from',
  'manifest: by sha512',
  'manifest: a malformed digest is 400',
  'manifest: a non-distributable layer need not be there',
  'manifest: several tags with one push',
  'tags: sorted, paged with n and last, Link leads on',
  'tags: n=0 is an empty list without Link',
  'referrers: listed, filtered, announced with OCI-Subject',
  'referrers: none is an empty index, a malformed digest 400',
  'delete: a tag leaves the manifest',
]

describe.skipIf(missing('docker-registry'))('the same checks, at distribution 2.8.2', () => {
  let real: DockerRegistry
  beforeAll(async () => {
    real = await startDockerRegistry()
  })
  afterAll(() => real.close())

  test('fail where it is known to differ, and nowhere else', async () => {
    const outcomes = await Promise.allSettled(checks.map((check) => check.run(tried(real.url))))
    expect(checks.filter((_, position) => outcomes[position]?.status === 'rejected').map(({ name }) => name)).toEqual(known)
  })
})
