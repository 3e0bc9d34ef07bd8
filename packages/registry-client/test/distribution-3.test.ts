import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { walk } from '@lading/content'
import { parseDigest } from '@lading/digest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startDockerRegistry, type DockerRegistry } from '../../../test/support/docker-registry.ts'
import { digestOf, lookAt, row, runCommands, runRows, type Row } from '../../../test/support/go-clients.ts'
import { needsGoTool } from '../../../test/support/needs.ts'
import { createRegistryClient, type RegistryClient, type Repository } from '../src/index.ts'
import { failureOf } from './support/client.ts'
import { descriptorOf, manifestOf } from './support/image.ts'

async function all<T>(list: AsyncIterable<T>): Promise<readonly T[]> {
  const items: T[] = []
  for await (const item of list) items.push(item)
  return items
}

describe(
  'distribution 3 with all that crane, regctl and oras made there',
  needsGoTool('registry', 'crane', 'regctl', 'oras'),
  () => {
    let folder: string
    let registry: DockerRegistry
    let client: RegistryClient
    const repository = (name: string): Repository => client.repository(`${registry.host}/${name}`)
    const types = async (name: string, options: { artifactType?: string } = {}): Promise<readonly string[]> => {
      const { digest } = (await repository(name).manifests.get('1')).descriptor
      return (await all(repository(name).referrers(digest, options)))
        .map(({ artifactType = '' }) => artifactType)
        .toSorted()
    }

    /** Commands that must do what is said beside them. */
    const seenBy = async (rows: readonly Row[]): Promise<void> => {
      const outcomes = await runRows(rows, { host: registry.host, directory: folder })
      expect(outcomes.filter(({ failed }) => failed !== undefined)).toEqual([])
    }

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'lading-distribution-3-'))
      registry = await startDockerRegistry(folder, { program: 'registry' })
      await runCommands(registry.host, folder)
      client = createRegistryClient()
    }, 120_000)
    afterAll(async () => {
      await client?.close()
      await registry?.close()
      await rm(folder, { recursive: true, force: true })
    })

    it('lists its repositories and tags, whole or page by page', async () => {
      const { repositories } = (await (await fetch(`${registry.url}/v2/_catalog`)).json()) as { repositories: string[] }
      expect(repositories.length).toBeGreaterThan(20)
      expect(await all(client.catalog(registry.host))).toEqual(repositories)
      expect(await all(client.catalog(registry.host, { pageSize: 3 }))).toEqual(repositories)
      const tags = await lookAt(registry.host).tags('oras/multi')
      expect(tags.length).toBeGreaterThan(3)
      expect(await all(repository('oras/multi').tags())).toEqual(tags)
      expect(await all(repository('oras/multi').tags({ pageSize: 1 }))).toEqual(tags)
    })

    it('gives every manifest and every blob behind every tag', async () => {
      const look = lookAt(registry.host)
      const met = { document: 0, leaf: 0, absent: 0 }
      for (const name of await all(client.catalog(registry.host))) {
        const source = repository(name).source()
        for await (const { name: tag, target } of source.names()) {
          expect(target.digest).toBe((await look.manifest(`${name}:${tag}`)).digest)
          for await (const visit of walk(source, target)) {
            const { digest, size } = visit.descriptor
            const bytes =
              visit.kind === 'document' ? visit.bytes : Buffer.concat(await all(source.open(visit.descriptor)))
            expect([bytes.length, digestOf(bytes)]).toEqual([size, digest])
            met[visit.kind] += 1
          }
        }
      }
      expect(met.document).toBeGreaterThan(60)
      expect(met.leaf).toBeGreaterThan(100)
      expect(met.absent).toBe(0)
    })

    it('tells who refers to an image by the fallback tag, and keeps who is added there', async () => {
      expect(await types('oras/app')).toEqual(['application/x.bill', 'application/x.word'])
      expect(await types('regctl/signed')).toEqual(['application/x.bill', 'application/x.word'])
      expect(await types('regctl/app', { artifactType: 'application/x.bill' })).toEqual(['application/x.bill'])

      const { manifests, blobs } = repository('oras/app')
      const subject = await manifests.head('1')
      const empty = Buffer.from('{}')
      await blobs.upload(descriptorOf(empty), empty)
      const ours = Buffer.from(
        JSON.stringify({
          schemaVersion: 2,
          mediaType: 'application/vnd.oci.image.manifest.v1+json',
          artifactType: 'application/x.ours',
          config: { ...descriptorOf(empty), mediaType: 'application/vnd.oci.empty.v1+json' },
          layers: [],
          subject,
        }),
      )
      await manifests.put(digestOf(ours), ours)
      const three = ['application/x.bill', 'application/x.ours', 'application/x.word']
      expect(await types('oras/app')).toEqual(three)
      const listed = (text: string): readonly string[] =>
        [...text.matchAll(/"artifactType": ?"(.*?)"/g)].map(([, type = '']) => type).toSorted()
      await seenBy([
        row('oras discover HOST/oras/app:1 --format json', ({ stdout }) => expect(listed(stdout)).toEqual(three)),
        row('regctl artifact list HOST/oras/app:1 --format {{.Descriptors|json}}', ({ stdout }) =>
          expect(listed(stdout)).toEqual(three),
        ),
      ])
    })

    it('takes blobs, mounts and manifests, and refuses sha512 manifests with its own words', async () => {
      const { blobs, manifests } = repository('ours/app')
      const [config, layer] = [Buffer.from('{}'), Buffer.from('0123456789'.repeat(1000))]
      for (const bytes of [config, layer]) await blobs.upload(descriptorOf(bytes), bytes, { chunkSize: 4000 })
      const made = manifestOf(config, [layer])
      expect((await manifests.put('1', made.bytes, { tags: ['2', '3'] })).descriptor.digest).toBe(made.digest)
      expect(await all(repository('ours/app').tags())).toEqual(['1', '2', '3'])
      await seenBy([
        row('crane manifest HOST/ours/app:2', ({ stdout }) => expect(stdout.trimEnd()).toBe(String(made.bytes))),
        row('regctl image digest HOST/ours/app:3', ({ stdout }) => expect(stdout).toBe(`${made.digest}\n`)),
        row('oras cp HOST/ours/app:1 HOST/theirs/app:1', async ({ look }) =>
          expect((await look.manifest('theirs/app:1')).bytes).toEqual(made.bytes),
        ),
      ])
      expect(await repository('ours/mounted').blobs.mount(descriptorOf(layer).digest, { from: 'ours/app' })).toBe(true)
      expect(await repository('ours/mounted').blobs.head(descriptorOf(layer).digest)).toMatchObject({
        size: layer.length,
      })

      const long = { ...descriptorOf(layer), digest: parseDigest(digestOf(layer, 'sha512')) }
      await blobs.upload(long, layer)
      expect(await blobs.read(long)).toEqual(new Uint8Array(layer))
      // A mount by sha512 is said to be done, and is not.
      const elsewhere = repository('ours/long').blobs
      expect(await elsewhere.upload(long, layer, { mount: { from: 'ours/app' } })).toEqual({ mounted: false })
      expect(await elsewhere.read(long)).toEqual(new Uint8Array(layer))
      expect(await failureOf(manifests.put(digestOf(made.bytes, 'sha512'), made.bytes))).toMatchObject({
        code: 'DIGEST_INVALID',
      })
    })

    it('deletes a tag and leaves the others; deletes a manifest with all of them, and a blob', async () => {
      const { blobs, manifests } = repository('crane/all')
      const look = lookAt(registry.host)
      const { digest } = (await manifests.get('1')).descriptor
      await manifests.delete('latest')
      expect(await look.tags('crane/all')).toEqual(['1'])
      await manifests.delete(digest)
      expect(await look.tags('crane/all')).toEqual([])
      expect(await failureOf(manifests.get('1'))).toMatchObject({ code: 'MANIFEST_UNKNOWN' })
      expect(await failureOf(manifests.delete(digest))).toMatchObject({ code: 'MANIFEST_UNKNOWN' })
      expect(await all(repository('crane/all').tags())).toEqual([])

      const bytes = Buffer.from('to go')
      await blobs.upload(descriptorOf(bytes), bytes)
      await blobs.delete(descriptorOf(bytes).digest)
      expect(await failureOf(blobs.read(descriptorOf(bytes)))).toMatchObject({ code: 'BLOB_UNKNOWN' })
    })
  },
)
