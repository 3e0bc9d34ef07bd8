import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runRows, type Outcome } from '../../../test/support/go-clients.ts'
import { needsGoTool } from '../../../test/support/needs.ts'
import { image, startTestRegistry, type TestRegistry } from '../src/index.ts'
import { waysIn, writeAuthFile } from './support/ways-in.ts'

const app = image('seed/app:1').layer({ 'etc/': '', 'etc/motd': 'hello\n' }).randomLayer(20_000)

/** Each mounts what it can, and lists what came. */
const copies = {
  crane: ['crane copy HOST/seed/app:1 HOST/crane/app:1', 'crane ls HOST/crane/app', 'crane catalog HOST'],
  regctl: [
    'regctl image copy HOST/seed/app:1 HOST/regctl/app:1',
    'regctl tag ls HOST/regctl/app',
    'regctl repo ls HOST',
  ],
  oras: ['oras cp HOST/seed/app:1 HOST/oras/app:1', 'oras repo tags HOST/oras/app', 'oras repo ls HOST'],
}
const logins = {
  crane: (password: string) => `crane auth login HOST -u alice -p ${password}`,
  regctl: (password: string) => `regctl registry login HOST -u alice -p ${password}`,
  oras: (password: string) => `oras login HOST -u alice -p ${password}`,
}
const programs = ['crane', 'regctl', 'oras'] as const

describe('who may come in', { ...needsGoTool(...programs), timeout: 120_000 }, () => {
  let directory: string
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'go-logins-'))
  })
  afterEach(() => rm(directory, { recursive: true }))

  const run = ({ host }: TestRegistry, program: string, lines: readonly string[]): Promise<readonly Outcome[]> =>
    runRows(
      lines.map((line) => ({ line, check: () => {} })),
      { host, directory: join(directory, program) },
    )
  const failed = (outcomes: readonly Outcome[]): readonly Outcome[] =>
    outcomes.filter((outcome) => outcome.failed !== undefined)
  const copied = (registry: TestRegistry): readonly unknown[] =>
    programs.map((program) => registry.repository(`${program}/app`).tags())
  const everywhere = programs.map(() => ({ 1: app.build().digest }))

  test.each(waysIn.map((way) => [way.title, way] as const))('by the file of logins: %s', async (_, way) => {
    await using registry = await startTestRegistry({ auth: way.auth, images: [app] })
    for (const program of programs) {
      const home = join(directory, program, 'home/.docker')
      await mkdir(home, { recursive: true })
      await rename(await writeAuthFile(home, registry.host, way), join(home, 'config.json'))
      expect(failed(await run(registry, program, copies[program]))).toEqual([])
    }
    expect(copied(registry)).toEqual(everywhere)
    expect(registry.journal.entries.filter(({ status }) => status === undefined || status >= 500)).toEqual([])
  })

  test.each(waysIn.flatMap((way) => (way.user === undefined ? [] : [[way.title, way] as const])))(
    'by their own login: %s',
    async (_, way) => {
      await using registry = await startTestRegistry({ auth: way.auth, images: [app] })
      for (const program of programs) {
        const refused = await run(registry, program, [logins[program]('guess'), ...copies[program].slice(0, 1)])
        // crane only writes it down.
        expect(failed(refused)).toHaveLength(program === 'crane' ? 1 : 2)
        expect(failed(await run(registry, program, [logins[program]('secret'), ...copies[program]]))).toEqual([])
      }
      expect(copied(registry)).toEqual(everywhere)
    },
  )
})
