import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startDockerRegistry } from '../../../test/support/docker-registry.ts'
import { needs, needsGoTool } from '../../../test/support/needs.ts'
import { profiles, startTestRegistry, type TestRegistryOptions } from '../src/index.ts'
import { runOfficialSuite, type SuiteReport } from '../../../test/support/official-suite.ts'
import { answersOf, type Said } from './support/questions.ts'

const patience = { timeout: 120_000 }

type Answers = Readonly<Record<string, Said>>

async function played(options: TestRegistryOptions): Promise<Answers> {
  await using registry = await startTestRegistry(options)
  return await answersOf(registry.url)
}

/** Questions that two registries answer otherwise. */
const differences = (one: Answers, other: Answers): readonly string[] =>
  Object.keys(one).filter((question) => JSON.stringify(one[question]) !== JSON.stringify(other[question]))

const without = (answers: Answers, questions: Readonly<Record<string, string>>): Answers =>
  Object.fromEntries(Object.entries(answers).filter(([question]) => !Object.hasOwn(questions, question)))

/** Names alone, sorted: digests in a reason are of random bytes, and the suite takes some of its checks in any order. */
const namesIn = ({ failed, skipped }: SuiteReport): Readonly<Record<'failed' | 'skipped', readonly string[]>> => {
  const names = (lines: readonly string[]): readonly string[] =>
    lines.map((line) => line.split(': ')[0] ?? '').toSorted()
  return { failed: names(failed), skipped: names(skipped) }
}

describe.each([
  // Where the newer one is not, neither is tried: this takes seconds, and is known.
  ['distribution-2.8', 'docker-registry', { ...needs('docker-registry'), ...needsGoTool('registry') }],
  ['distribution-3', 'registry', needsGoTool('registry')],
] as const)('the profile %s', (name, program, needed) => {
  const profile = profiles[name]
  let directory: string
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'distribution-'))
  })
  afterEach(() => rm(directory, { recursive: true }))

  async function withReal<T>(work: (real: { readonly host: string; readonly url: string }) => Promise<T>): Promise<T> {
    const real = await startDockerRegistry(directory, { program })
    try {
      return await work(real)
    } finally {
      await real.close()
    }
  }

  test(
    'answers what the real one answers, except for what it says that it does not',
    { ...needed, ...patience },
    async () => {
      const real = await withReal(({ url }) => answersOf(url))
      const ours = await played({ profile })
      const { notPlayed = {} } = profile
      expect(without(ours, notPlayed)).toEqual(without(real, notPlayed))
      expect(differences(real, ours).toSorted()).toEqual(Object.keys(notPlayed).toSorted())
      expect(Object.keys(real).length).toBeGreaterThan(150)
      // The questions tell registries apart.
      expect(differences(real, await played({})).length).toBeGreaterThan(40)
    },
  )

  test(
    'fails in the official suite where the real one does',
    { ...needed, ...needsGoTool('conformance'), ...patience },
    async () => {
      const suite = (host: string): Promise<SuiteReport> => runOfficialSuite(host, { version: 'dev', directory })
      const real = await withReal(({ host }) => suite(host))
      await using registry = await startTestRegistry({ profile })
      expect(namesIn(await suite(registry.host))).toEqual(namesIn(real))
      expect(real.failed.length).toBeGreaterThan(100)
    },
  )
})
