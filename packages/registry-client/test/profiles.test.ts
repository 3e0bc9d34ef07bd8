import { randomBytes } from 'node:crypto'
import { profiles, startTestRegistry, type AuthOptions, type ProfileName } from '@lading/test-registry'
import { describe, expect, it, onTestFinished } from 'vitest'
import { clientOf } from './support/client.ts'
import { descriptorOf, manifestOf, manifestType } from './support/image.ts'
import { sha256 } from './support/scripted-server.ts'

const signature = 'application/x.signature'

describe('pushed to a registry of the field, with its own ways', () => {
  it.each(Object.keys(profiles) as ProfileName[])(
    '%s: an image in one piece and in chunks, and what refers to it',
    async (profile) => {
      // Three chunks at least, and as large as the registry wants them.
      const chunkMinBytes = Math.max(2 * 1024 * 1024, profiles[profile].quirks?.chunkMinBytes ?? 0)
      const { username } = { ...(profiles[profile].auth as AuthOptions & { username?: string }) }
      const registry = await startTestRegistry({ profile })
      onTestFinished(() => registry.close())
      registry.repository('team/app').create()
      const client = clientOf({
        credentials: async () =>
          username === undefined ? undefined : { kind: 'basic', username, password: 'password' },
      })
      const { blobs, manifests, referrers, tags } = client.repository(`${registry.host}/team/app`)
      const [config, layer, large] = [
        Buffer.from('{}'),
        Buffer.from('a layer'),
        randomBytes(chunkMinBytes + 1024 * 1024),
      ]
      await blobs.upload(descriptorOf(config), config)
      await blobs.upload(descriptorOf(layer), layer, { mount: { from: 'team/none' } })
      await blobs.upload(descriptorOf(large), large, { chunkSize: 1024 * 1024 })
      const image = manifestOf(config, [layer, large])
      await manifests.put(image.digest, image.bytes, { tags: ['1', '2'] })
      expect((await manifests.get('2')).descriptor.digest).toBe(image.digest)
      expect(Buffer.from(await blobs.read(descriptorOf(large), { maxBytes: large.length })).equals(large)).toBe(true)

      const empty = descriptorOf(config, 'application/vnd.oci.empty.v1+json')
      const referring = Buffer.from(
        JSON.stringify({
          schemaVersion: 2,
          mediaType: manifestType,
          artifactType: signature,
          config: empty,
          layers: [descriptorOf(layer)],
          subject: { mediaType: manifestType, digest: image.digest, size: image.bytes.length },
        }),
      )
      await manifests.put(sha256(referring), referring)
      const found: string[] = []
      for await (const { digest } of referrers(image.digest, { artifactType: signature })) found.push(digest)
      expect(found).toEqual([sha256(referring)])

      const listed: string[] = []
      for await (const tag of tags({ pageSize: 1 })) listed.push(tag)
      expect(listed).toEqual(expect.arrayContaining(['1', '2']))
      await manifests.delete(image.digest)
      expect(registry.repository('team/app').manifest(image.digest)).toBeUndefined()
    },
  )
})
