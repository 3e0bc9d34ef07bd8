import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { needsGoTool } from '../../../test/support/needs.ts'
import { startTestRegistry } from '../src/index.ts'
import { runOfficialSuite } from '../../../test/support/official-suite.ts'

// It asks some 800 things.
const patience = { timeout: 120_000 }

describe('the conformance suite of the distribution spec', { ...needsGoTool('conformance'), ...patience }, () => {
  let directory: string
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'official-suite-'))
    await mkdir(join(directory, 'reports'))
  })
  afterEach(() => rm(directory, { recursive: true }))

  // So many checks there are at least, of those that a version has; a run that tried nothing is no success.
  const versions = { '1.1': 690, dev: 790 }
  for (const [version, least] of Object.entries(versions)) {
    for (const kind of ['in memory', 'in a directory']) {
      test(`passes whole at version ${version} ${kind}`, async () => {
        await using registry = await startTestRegistry(
          kind === 'in memory' ? {} : { storage: { directory: join(directory, 'data') } },
        )
        const report = await runOfficialSuite(registry.host, { version, directory: join(directory, 'reports') })
        expect(report.failed).toEqual([])
        expect(report.skipped).toEqual([])
        expect(report.passed).toBeGreaterThanOrEqual(least)
      })
    }
  }

  test('says which checks a registry fails, and which it lacks', async () => {
    await using registry = await startTestRegistry({ quirks: { chunkOrder: false, singlePost: false } })
    const report = await runOfficialSuite(registry.host, { version: '1.1', directory: join(directory, 'reports') })
    expect(report.failed).not.toEqual([])
    expect(report.failed.filter((name) => !/chunked.*: unexpected status code, .*\[416\]/.test(name))).toEqual([])
    expect(report.skipped).toContain(
      'OCI Conformance Test/sha256 blobs/post only/blob-post-only: registry does not support content in the POST, fallback to PUT',
    )
  })
})
