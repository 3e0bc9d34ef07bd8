import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { allChecks, runCompliance, type ComplianceResult } from '@lading/test-registry/compliance'
import { describe, expect, test } from 'vitest'
import { startDockerRegistry } from '../../../test/support/docker-registry.ts'
import { enlarged, needs, needsGoTool } from '../../../test/support/needs.ts'
import { atScale } from '../../../test/support/scale.ts'
import { startTestRegistry, type AuthOptions } from '../src/index.ts'

const namesOf = (results: readonly ComplianceResult[], outcome: ComplianceResult['outcome']): readonly string[] =>
  results.filter((result) => result.outcome === outcome).map(({ check }) => check.name)
const notPassed = (results: readonly ComplianceResult[]): readonly string[] =>
  results.flatMap(({ check, outcome, reason }) => (outcome === 'passed' ? [] : [`${check.name}: ${reason}`]))

describe('the test registry passes whole', () => {
  test('in memory', async () => {
    await using registry = await startTestRegistry()
    expect(notPassed(await runCompliance({ url: registry.url }))).toEqual([])
  })

  test('in a directory', needs(enlarged), async () => {
    const directory = await mkdtemp(join(tmpdir(), 'compliance-'))
    await using registry = await startTestRegistry({ storage: { directory } })
    expect(notPassed(await runCompliance({ url: registry.url }))).toEqual([])
    await registry.close()
    await rm(directory, { recursive: true })
  })

  test('with small pages, chunks that must be large, and blobs at another origin', async () => {
    await using registry = await startTestRegistry({
      quirks: { maxPageSize: 3, chunkMinBytes: 5000 },
      faults: [{ on: 'blob', method: ['GET', 'HEAD'], then: { redirect: 'cdn' } }],
    })
    const checks = allChecks.filter(({ name }) => atScale(/^(?:tags|chunks|blob):/, /./).test(name))
    expect(notPassed(await runCompliance({ url: registry.url, checks }))).toEqual([])
  })

  const credentials = { username: 'alice', password: 'secret' }
  const kinds: readonly (readonly [string, AuthOptions])[] = [
    ['bearer', { kind: 'bearer', ...credentials }],
    [
      'one of several',
      {
        kind: 'several',
        schemes: [
          { kind: 'bearer', ...credentials },
          { kind: 'basic', ...credentials },
        ],
      },
    ],
  ]
  test.each(kinds.slice(0, atScale(1, kinds.length)))('for a user: %s', async (_, auth) => {
    await using registry = await startTestRegistry({ auth })
    // What a token is good for must be known before a mount from anywhere.
    const checks = allChecks
      .filter(({ name }) => name !== 'mount: without from')
      .filter(({ name }) => atScale(/^(?:tags|mount|blob):/, /./).test(name))
    expect(notPassed(await runCompliance({ url: registry.url, credentials, checks }))).toEqual([])
  })

  test('over https', async () => {
    await using registry = await startTestRegistry({ tls: true })
    expect(
      notPassed(await runCompliance({ url: registry.url, ca: registry.ca, checks: allChecks.slice(0, 5) })),
    ).toEqual([])
  })
})

describe('the runner', () => {
  test('says what is wrong, and why', async () => {
    await using registry = await startTestRegistry({
      faults: [{ on: 'blob', method: 'GET', then: 'flip' }],
      quirks: { singlePost: false },
    })
    const results = await runCompliance({ url: registry.url, checks: allChecks.slice(0, 4) })
    expect(results.map(({ outcome }) => outcome)).toEqual(['failed', 'failed', 'passed', 'unsupported'])
    expect(results[0]?.reason).toContain('the body is other than what was pushed')
  })

  test('ends when it is told to', async () => {
    await using registry = await startTestRegistry({ faults: [{ on: 'any', then: 'stall' }] })
    const controller = new AbortController()
    const running = runCompliance({ url: registry.url, signal: controller.signal })
    while (registry.journal.entries.length === 0) await new Promise((resolve) => setImmediate(resolve))
    controller.abort(new Error('enough'))
    await expect(running).rejects.toThrow('enough')
  })

  test('has no two checks of one name', () => {
    expect(new Set(allChecks.map(({ name }) => name)).size).toBe(allChecks.length)
  })
})

const referrersChecks = allChecks
  .filter(({ name }) => name.startsWith('referrers:') && !name.includes('fallback tag'))
  .map(({ name }) => name)

/** Where distribution leaves the spec: the same in the real one and in its profile. */
const leaving = {
  'distribution-2.8': {
    failed: [
      'blob: by sha512, and its digest header in that algorithm',
      'blob: an algorithm told in advance that nobody knows is 400',
      'range: past the blob is 416',
      'range: inverted is 416',
      'chunks: one that skips ahead is 416, and the session goes on where it was',
      'chunks: one that starts again is 416, and the session goes on where it was',
      'chunks: the first one must start at the start',
      'chunks: a last one out of order is 416',
      'manifest: GET of a malformed digest is 400 or 404',
      'manifest: by sha512',
      'manifest: an image all of sha512',
      'manifest: PUT to a malformed digest is 400',
      'manifest: several tags with one push',
      'kind: a non-distributable layer need not be there',
      'kind: far too large is 413, or kept',
      'tags: all, sorted, with the name',
      'tags: n limits, and Link leads on to the end',
      'tags: last is exclusive, with n and without',
      'tags: n=0 is an empty list without Link',
      'tags: in the order of ASCII',
    ],
    unsupported: [
      'blob: one POST',
      'blob: one POST with a wrong digest is 400',
      'mount: without from',
      ...referrersChecks,
      'delete: a tag leaves the manifest',
      'delete: a tag leaves the other tags of the same manifest',
    ],
  },
  'distribution-3': {
    failed: [
      'blob: by sha512, and its digest header in that algorithm',
      'blob: an algorithm told in advance that nobody knows is 400',
      'manifest: by sha512',
      'manifest: an image all of sha512',
      'manifest: several tags with one push',
      'kind: a non-distributable layer need not be there',
      'kind: far too large is 413, or kept',
    ],
    unsupported: [
      'blob: one POST',
      'blob: one POST with a wrong digest is 400',
      'mount: without from',
      ...referrersChecks,
    ],
  },
}

const outcomes = (
  results: readonly ComplianceResult[],
): Readonly<Record<'failed' | 'unsupported', readonly string[]>> => ({
  failed: namesOf(results, 'failed'),
  unsupported: namesOf(results, 'unsupported'),
})

describe.each([
  // The profile is held against what is written above in the ordinary run, and so is the real one in the enlarged run.
  ['distribution-2.8', 'docker-registry', needs(enlarged, 'docker-registry')],
  ['distribution-3', 'registry', needsGoTool('registry')],
] as const)('%s', (name, program, needed) => {
  test('as a profile differs where it should', name === 'distribution-3' ? needed : {}, async () => {
    await using registry = await startTestRegistry({ profile: name })
    expect(outcomes(await runCompliance({ url: registry.url }))).toEqual(leaving[name])
  })

  test('the real one differs there, and nowhere else', needed, async () => {
    const directory = await mkdtemp(join(tmpdir(), 'compliance-real-'))
    const real = await startDockerRegistry(directory, { program })
    try {
      expect(outcomes(await runCompliance({ url: real.url, concurrency: 16 }))).toEqual(leaving[name])
    } finally {
      await real.close()
      await rm(directory, { recursive: true })
    }
  })
})
