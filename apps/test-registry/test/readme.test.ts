import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import * as everything from '@lading/test-registry'
import { image, index, profiles, schema1, startTestRegistry, type TestRegistry } from '@lading/test-registry'
import { runCompliance, testCompliance } from '@lading/test-registry/compliance'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { namedEffects } from '../src/faults/named-effects.ts'
import { createSmallClient } from './support/small-client.ts'

const lines = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n')

describe('the README', () => {
  test('shows only code that runs here', () => {
    const [readme, here] = ['../README.md', './readme.test.ts'].map((path) =>
      readFileSync(new URL(path, import.meta.url), 'utf8'),
    ) as [string, string]
    const blocks = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code = '']) =>
      lines(code.replace(/^import .*\n/gm, '')),
    )
    expect(blocks.length).toBeGreaterThanOrEqual(8)
    for (const block of blocks) expect(lines(here)).toContain(block)
  })

  test('names everything that there is: exports, members, faults, profiles', async () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
    await using registry = await startTestRegistry()
    // The registry itself opens entries, and throws what a listener threw.
    const own = ['open', 'releaseFailure']
    const members = [...Object.keys(registry), ...Object.keys(registry.journal)].filter((name) => !own.includes(name))
    const names = [...Object.keys(everything), ...members, ...Object.keys(namedEffects), ...Object.keys(profiles)]
    expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(readme))).toEqual([])
  })

  test('begins with an example', async () => {
    const registry = await startTestRegistry()
    const app = await registry.seed(image('t/app:1').layer({ 'etc/motd': 'hello' }))
    const { digest } = app.layers[0]!
    registry.addFault({ on: 'blob', nth: 1, then: { status: 503 } })

    const pull = async () => (await fetch(`${registry.url}/v2/t/app/blobs/${digest}`)).status // your client
    assert.equal(await pull(), 503)
    assert.equal(await pull(), 200)
    assert.equal(registry.journal.blob(digest).requests.length, 2)
    await registry.close()
  })
})

const createClient = createSmallClient

test('it asks for a new URL when a signed one has expired', async () => {
  await using registry = await startTestRegistry()
  const app = await registry.seed(image('t/app:1').layer({ 'etc/motd': 'hello' }))
  registry.addFault({ on: 'blob', nth: 1, then: { redirect: 'cdn', expiresInMs: 0 } })
  registry.addFault({ on: 'blob', from: 2, then: { redirect: 'cdn' } })

  await createClient(registry.url).blob('t/app', app.layers[0]!.digest)
  expect(registry.journal.requests({ origin: 'cdn' }).map(({ status }) => status)).toEqual([403, 200])
})

test('it refuses a bad certificate', async () => {
  await using registry = await startTestRegistry({
    tls: { notAfter: new Date('2020-01-01'), notBefore: new Date('2019-01-01') },
  })

  await expect(createClient(registry.url).manifest('t/app', '1')).rejects.toThrow('fetch failed')
  expect(registry.journal.entries).toEqual([])
})

test('its builder makes hostile, foreign and old images', async () => {
  await using registry = await startTestRegistry()
  const bomb = gzipSync(new Uint8Array(100_000_000))
  await registry.seed(image('hostile/bomb:1').rawLayer(bomb))
  await registry.seed(
    image('hostile/paths:1').layer({
      '../../etc/passwd': 'x',
      link: { type: 'symlink', target: '/etc' },
      'link/cron.d/x': 'x',
      'dev/sda': { type: 'block' },
    }),
  )
  await registry.seed(
    image('hostile/lies:1').layer({ a: 'b' }, { claimedSize: 5, claimedDiffId: `sha256:${'0'.repeat(64)}` }),
  )
  await registry.seed(
    image('foreign/zstd:1')
      .layer({ a: 'b' }, { compression: 'zstd' })
      .layer({ c: 'd' }, { urls: ['https://cdn.example/c'] }),
  )
  await registry.seed(schema1('old/unsigned:1').layer({ a: 'b' }).unsigned())
  expect(registry.repositories()).toEqual([
    'foreign/zstd',
    'hostile/bomb',
    'hostile/lies',
    'hostile/paths',
    'old/unsigned',
  ])
  expect(registry.repository('foreign/zstd').blobs()).toHaveLength(2)
})

test('it keeps what it has in a directory', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'readme-'))
  try {
    await using registry = await startTestRegistry({
      storage: { directory },
      images: [image('t/app:1').layer({ 'etc/motd': 'hello' })],
    })
    expect(await readdir(join(directory, 't/app'))).toContain('index.json')
    expect(registry.repositories()).toEqual(['t/app'])
  } finally {
    await rm(directory, { recursive: true })
  }
})

test('it has rules by repository', async () => {
  await using registry = await startTestRegistry({
    auth: [
      { kind: 'none', repositories: 'public/*' },
      { kind: 'basic', username: 'alice', password: 'secret' },
    ],
  })
  expect((await fetch(`${registry.url}/v2/public/a/tags/list`)).status).toBe(404)
  expect((await fetch(`${registry.url}/v2/private/a/tags/list`)).status).toBe(401)
})

describe('the compliance suite', () => {
  let registry: TestRegistry
  beforeAll(async () => {
    registry = await startTestRegistry({ auth: [{ kind: 'none', repositories: 'compliance/*' }] })
  })
  afterAll(() => registry.close())

  testCompliance({ describe, it }, () => ({ url: registry.url }), { unsupported: 'fail' })
})

test('the compliance suite runs without a framework', async () => {
  await using registry = await startTestRegistry({ auth: { kind: 'basic', username: 'alice', password: 'secret' } })
  const results = await runCompliance({ url: registry.url, credentials: { username: 'alice', password: 'secret' } })
  expect(results.filter(({ outcome }) => outcome === 'failed')).toEqual([])
})

test('it chooses a platform', async () => {
  await using registry = await startTestRegistry()
  const amd = image().layer({ 'etc/motd': 'amd64' })
  const arm = image().platform('linux/arm64').layer({ 'etc/motd': 'arm64' })
  const both = await registry.seed(index('t/multi:1').add(amd).add(arm).attest(amd))

  const [amd64] = both.manifests
  expect(await createClient(registry.url).manifest('t/multi', amd64!.digest)).toEqual(new Uint8Array(amd64!.bytes))
})
