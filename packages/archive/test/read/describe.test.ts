import { digestOf } from '@lading/digest/hash'
import { expect, it } from 'vitest'
import { enlarged, needs } from '../../../../test/support/needs.ts'
import { describe as describeArchive } from '../../src/read/describe.ts'
import type { Members } from '../../src/read/members.ts'
import { jsonBytes, textBytes } from '../support/some-files.ts'
import { dockerArchive, ociArchive, testImage } from '../support/some-image.ts'

const image = testImage('one')
const item = [...dockerArchive([image, 'app:1'])].find(([path]) => path === 'manifest.json')?.[1]
const again = jsonBytes(Array.from({ length: 200 }, () => (JSON.parse(new TextDecoder().decode(item)) as unknown[])[0]))

it.each([
  ['of docker', dockerArchive([image, 'app:1'])],
  [
    'of both',
    new Map([
      ...dockerArchive([image, 'app:1']),
      ...ociArchive([image], [{ bytes: image.manifest, name: 'app:1', fullName: 'docker.io/library/app:1' }]),
    ]),
  ],
])('an archive %s that names one image many times is looked at once', async (_, files) => {
  files.set('manifest.json', again)
  const asked: string[] = []
  const members: Members = {
    async document(path) {
      asked.push(path)
      return files.get(path)
    },
    async layer(path) {
      asked.push(path)
      const bytes = files.get(path)
      return bytes && { path, digest: digestOf(bytes), size: bytes.byteLength, compression: 'none' }
    },
  }
  expect((await describeArchive(members)).images).toHaveLength(1)
  expect(asked.length).toBeLessThan(20)
})

it(
  'images from before docker 1.10 that share a chain over and over are not put together without an end',
  needs(enlarged),
  async () => {
    const ids = Array.from({ length: 1200 }, (_, at) => digestOf(textBytes(`${at}`)).slice(7))
    const layer = textBytes('layer')
    const members: Members = {
      paths: () => ids.map((id) => `${id}/json`),
      async document(path) {
        const at = ids.indexOf(path.slice(0, 64))
        return path.endsWith('/json') && at >= 0
          ? jsonBytes({ id: ids[at], parent: ids[Math.min(at, 999) - 1], created: '2014-10-01T20:46:08Z' })
          : undefined
      },
      async layer(path) {
        return { path, digest: digestOf(layer), size: layer.byteLength, compression: 'none' }
      },
    }
    await expect(describeArchive(members)).rejects.toMatchObject({ code: 'ARCHIVE_TOO_LARGE' })
  },
)
