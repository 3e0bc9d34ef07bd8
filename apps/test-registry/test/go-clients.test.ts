import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { commands, lookAt, runCommands } from '../../../test/support/go-clients.ts'
import { startDockerRegistry } from '../../../test/support/docker-registry.ts'
import { needs, needsGoTool } from '../../../test/support/needs.ts'
import { startTestRegistry } from '../src/index.ts'

const sha512 = 'regctl image mod HOST/regctl/app:1 --create HOST/regctl/sha512:1 --digest-algo sha512: DIGEST_INVALID'

/** Which commands distribution refuses, and how. Of all others the results are the same everywhere. */
const refused = {
  none: [],
  'distribution-2.8': ['crane delete HOST/crane/gone:2: DIGEST_INVALID', sha512],
  'distribution-3': [sha512],
}

/** What failed, with the registry's code where it gave one. */
async function failures(
  host: string,
  directory: string,
  options: { attempts?: number } = {},
): Promise<readonly string[]> {
  const outcomes = await runCommands(host, directory, options)
  expect(outcomes.length).toBeGreaterThan(100)
  return outcomes.flatMap(({ line, failed }) =>
    failed === undefined ? [] : [`${line}: ${/\b[A-Z]+(?:_[A-Z]+)+\b/.exec(failed)?.[0] ?? failed}`],
  )
}

/** Tags under which clients keep lists of referrers where a registry has no API for them. */
const fallbackTags = async (host: string): Promise<readonly string[]> =>
  (await Promise.all(['oras/app', 'regctl/app'].map((repository) => lookAt(host).tags(repository))))
    .flat()
    .filter((tag) => tag.startsWith('sha256-'))

// Each runs a hundred programs.
const patience = { timeout: 120_000 }

describe('crane, regctl and oras', { ...needsGoTool('crane', 'regctl', 'oras'), ...patience }, () => {
  let directory: string
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'go-clients-'))
  })
  afterEach(() => rm(directory, { recursive: true }))

  test.each(['memory', 'a directory'])('do at the test registry what they say: %s', async (kind) => {
    await using registry = await startTestRegistry(
      kind === 'memory' ? {} : { storage: { directory: join(directory, 'data') } },
    )
    expect(await failures(registry.host, directory)).toEqual(refused.none)
    expect(await fallbackTags(registry.host)).toEqual([])
    await registry.close()
  })

  describe.each([
    ['distribution-2.8', 'docker-registry', needs('docker-registry')],
    ['distribution-3', 'registry', needsGoTool('registry')],
  ] as const)('of %s', (name, program, needed) => {
    test('are refused in what is known, and nowhere else', needed, async () => {
      const real = await startDockerRegistry(directory, { program })
      try {
        // Distribution 2.8 was seen to refuse a digest that was right while three programs uploaded at once.
        expect(await failures(real.host, directory, { attempts: 2 })).toEqual(refused[name])
        expect(await fallbackTags(real.host)).toHaveLength(2)
      } finally {
        await real.close()
      }
    })

    test('are refused in the same by its profile', async () => {
      await using registry = await startTestRegistry({ profile: name })
      expect(await failures(registry.host, directory)).toEqual(refused[name])
      expect(await fallbackTags(registry.host)).toHaveLength(2)
    })
  })

  test('are tried with most of what they can do', () => {
    // `crane copy`, `oras manifest index create`: the words before the first flag, name or file.
    const verbs = Object.values(commands)
      .flat()
      .map(({ line }) => /^[a-z]+(?: [a-z-]+)+?(?= -| HOST| [a-z]+\.| layout)/.exec(line)?.[0])
    expect(verbs).not.toContain(undefined)
    expect(new Set(verbs).size).toBeGreaterThanOrEqual(70)
  })
})
