import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startDockerRegistry, type DockerRegistry } from '../../../test/support/docker-registry.ts'
import { digestOf, lookAt, runCommands, type Look } from '../../../test/support/go-clients.ts'
import { needsGoTool } from '../../../test/support/needs.ts'
import { lading } from './support/lading.ts'
import { runHere } from './support/run-here.ts'

/** What is no image for linux/amd64. */
const notForUs = {
  // crane takes all layers of an archive for what the first one is, so it has compressed the second one twice.
  'crane/archive:1': "layers from manifest don't match image configuration",
  'crane/filtered:1': 'there is: linux/arm64',
  'fallback tags': 'the index holds no image at all',
  'oras/note:1': 'is an artifact',
  'oras/note:latest': 'is an artifact',
  'oras/old:1': 'is an artifact',
  'regctl/index:1': 'there is: linux/arm64',
  'regctl/note:1': 'is an artifact',
}
const reasonOf = (stderr: string): string => Object.values(notForUs).find((reason) => stderr.includes(reason)) ?? stderr

describe(
  'distribution 3 with all that crane, regctl and oras made there',
  needsGoTool('registry', 'crane', 'regctl', 'oras'),
  () => {
    let folder: string
    let registry: DockerRegistry
    let look: Look
    const at = (name: string): string => `${registry.host}/${name}`
    const stdout = async (...args: readonly string[]): Promise<string> => {
      const ended = await runHere(args)
      expect(ended).toMatchObject({ code: 0 })
      return ended.stdout
    }

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'lading-distribution-3-'))
      registry = await startDockerRegistry(folder, { program: 'registry' })
      look = lookAt(registry.host)
      await runCommands(registry.host, folder)
    }, 120_000)
    afterAll(async () => {
      await registry?.close()
      await rm(folder, { recursive: true, force: true })
    })

    const tagsOfAll = async (): Promise<readonly (readonly [repository: string, tag: string])[]> => {
      const repositories = (await stdout('catalog', registry.host)).trim().split('\n')
      expect(repositories.length).toBeGreaterThan(20)
      return (
        await Promise.all(
          repositories.map(async (name) => {
            const tags = (await stdout('tags', at(name))).split('\n').filter((tag) => tag !== '')
            expect(tags).toEqual(await look.tags(name))
            return tags.map((tag) => [name, tag] as const)
          }),
        )
      ).flat()
    }

    it('says of every tag what its digest, manifest and config are, and gives its blobs', async () => {
      const file = join(folder, 'blob')
      let blobs = 0
      const configs: (readonly [ours: string, theirs: string])[] = []
      for (const [name, tag] of await tagsOfAll()) {
        const { bytes, digest, document } = await look.manifest(`${name}:${tag}`)
        expect(await stdout('digest', at(`${name}:${tag}`))).toBe(`${digest}\n`)
        expect(await stdout('manifest', '--raw', at(`${name}:${tag}`))).toBe(bytes.toString('latin1'))
        if (/config\.v1\+json$|container\.image\.v1\+json$/.test(document.config?.mediaType ?? ''))
          configs.push([
            await stdout('config', '--raw', at(`${name}:${tag}`)),
            (await look.blob(name, document.config?.digest ?? '')).toString('latin1'),
          ])
        for (const layer of document.layers?.slice(0, 1) ?? []) {
          await stdout('blob', '-o', file, at(`${name}@${layer.digest}`))
          expect(digestOf(await readFile(file))).toBe(layer.digest)
          blobs += 1
        }
      }
      expect(blobs).toBeGreaterThan(25)
      expect(configs.length).toBeGreaterThan(20)
      for (const [ours, theirs] of configs) expect(ours).toBe(theirs)
    })

    it('has every image pulled, and says of the rest why not', async () => {
      const root = join(folder, 'root')
      const rest: Record<string, string> = {}
      const images: string[] = []
      for (const [name, tag] of await tagsOfAll()) {
        const reference = at(`${name}:${tag}`)
        const { code, stderr } = await runHere(['pull', '--platform', 'linux/amd64', reference], { root })
        if (code === 0) images.push(`${reference} ${/^Digest: (.*)$/m.exec(stderr)?.[1]}`)
        else rest[tag.startsWith('sha256-') ? 'fallback tags' : `${name}:${tag}`] = reasonOf(stderr)
      }
      expect(rest).toEqual(notForUs)
      const stored = JSON.parse((await runHere(['images', '--json'], { root })).stdout) as {
        name: string
        tag: string
        target: { digest: string }
      }[]
      expect(stored.map(({ name, tag, target }) => `${name}:${tag} ${target.digest}`).toSorted()).toEqual(
        images.toSorted(),
      )
      expect(images.length).toBeGreaterThan(30)
      const again = await lading(['pull', '--root', root, '--platform', 'linux/amd64', at('crane/multi:latest')])
      expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining('Image is up to date') as string })
    })

    it('tells who refers to an image, by the fallback tag', async () => {
      for (const name of ['oras/app', 'oras/signed', 'oras/restored', 'regctl/app', 'regctl/signed']) {
        const { referrers } = JSON.parse(await stdout('referrers', '--json', at(`${name}:1`))) as {
          referrers: { artifactType: string; digest: string }[]
        }
        expect(referrers.map(({ artifactType }) => artifactType).toSorted()).toEqual([
          'application/x.bill',
          'application/x.word',
        ])
        const [bill] = referrers.filter(({ artifactType }) => artifactType === 'application/x.bill')
        expect(await stdout('referrers', '-q', '--artifact-type', 'application/x.bill', at(`${name}:1`))).toBe(
          `${bill?.digest}\n`,
        )
      }
      expect(await stdout('referrers', '-q', at('seed/app:1'))).toBe('')
    })

    it('deletes a tag and leaves the others, and a manifest with all that are left', async () => {
      await stdout('delete', '--yes', at('crane/all:latest'))
      expect(await look.tags('crane/all')).toEqual(['1'])
      const { digest } = await look.manifest('crane/all:1')
      expect(await stdout('delete', '--yes', at(`crane/all@${digest}`))).toBe(`Deleted: ${at(`crane/all@${digest}`)}\n`)
      expect(await look.status('crane/all:1')).toBe(404)
      expect(await runHere(['digest', at('crane/all:1')])).toMatchObject({ code: 3 })
      expect(await stdout('tags', at('crane/all'))).toBe('')
    })
  },
)
