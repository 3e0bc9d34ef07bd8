import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { containerd2, startContainerd, type Containerd } from '../../../test/support/containerd.ts'
import { startDockerd, type Dockerd } from '../../../test/support/dockerd.ts'
import { enlarged, mounting, needs, root } from '../../../test/support/needs.ts'
import { ownPodman, removePodman } from '../../../test/support/podman.ts'
import { pathOf } from '../../../test/support/real-parts.ts'
import { readRecipes, type RecipesReport } from '../../../test/support/recipes.ts'

const recipes = readRecipes('docs/test-registry-clients.md')
const programs = ['dockerd', 'docker', 'runc', 'podman', 'crane', 'regctl', 'oras']

describe(
  'docs/test-registry-clients.md, run as it stands',
  needs(enlarged, root, mounting, containerd2, ...programs),
  () => {
    let directory: string
    let docker: Dockerd | undefined
    let containerd: Containerd | undefined
    let report: RecipesReport

    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), 'clients-'))
      const [own, bin, home] = ['docker', 'bin', 'home'].map((name) => join(directory, name)) as [
        string,
        string,
        string,
      ]
      for (const each of [own, bin, home, join(directory, 'containerd')]) await mkdir(each)
      ;[docker, containerd] = await Promise.all([
        startDockerd(own),
        startContainerd(join(directory, 'containerd'), { major: 2 }),
      ])
      // The programs themselves, with nothing of this machine's: where a variable cannot say so, a script does.
      const podman = ['exec', pathOf('podman'), ...ownPodman(join(directory, 'podman')), '"$@"'].join(' ')
      await mkdir(join(directory, 'podman'))
      await writeFile(join(bin, 'podman'), `#!/bin/sh\n${podman}\n`, { mode: 0o755 })
      report = await recipes.run({
        env: {
          ...docker.env,
          ...containerd.env,
          CONTAINERD_SNAPSHOTTER: 'native',
          HOME: home,
          XDG_RUNTIME_DIR: home,
          PATH: [
            bin,
            containerd.bin,
            docker.bin,
            ...['crane', 'regctl', 'oras'].map((program) => dirname(pathOf(program))),
            process.env['PATH'] ?? '',
          ].join(delimiter),
        },
      })
    }, 120_000)
    afterAll(async () => {
      await Promise.all([docker?.close(), containerd?.close()])
      await removePodman(join(directory, 'podman'))
      await rm(directory, { recursive: true })
    }, 30_000)

    test.each(recipes.titles)('%s', (title) => {
      const results = report.resultsOf(title)
      expect(results, report.text).toHaveLength(1)
      expect(results[0], report.text).toMatch(/^ok/)
    })

    test('its types are right', async () => {
      expect(await recipes.typeErrors()).toBe('')
    })
  },
)
