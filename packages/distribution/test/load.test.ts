import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { PublishResult } from '@lading/content'
import { nodeFileSystem } from '@lading/content-store'
import { faultyFileSystem } from '@lading/content-store/testing'
import { digestOf } from '@lading/digest/hash'
import { loadArchive, type LoadEvent, type LoadOptions } from '@lading/distribution'
import { isLadingError } from '@lading/errors'
import { parsePlatform } from '@lading/manifest'
import { parseReference } from '@lading/reference'
import type { Store } from '@lading/store'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { atScale } from '../../../test/support/scale.ts'
import { archiveOf, type Member } from '../../archive/test/support/some-archive.ts'
import { jsonBytes, textBytes } from '../../archive/test/support/some-files.ts'
import { descriptorOf, dockerArchive, indexOf, ociArchive, testImage } from '../../archive/test/support/some-image.ts'
import { consult } from '../../store/test/oracle.ts'
import { openTestStore } from './support/test-store.ts'

const image = testImage('one')
const other = testImage('two', [new Uint8Array(gzipSync('two: in gzip')), 'one: a layer'])
const arm = testImage('arm', ['for arm'], { os: 'linux', architecture: 'arm64' })

async function* pipe(bytes: Uint8Array, size = 4096): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.byteLength; at += size) yield bytes.slice(at, at + size)
}

describe.each(['a file', 'a pipe'] as const)('an archive from %s', (way) => {
  let folder: string
  let root: string
  let store: Store
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lading-load-'))
    root = join(folder, 'store')
    store = await openTestStore(root)
  })
  afterEach(async () => {
    await store.close()
    await rm(folder, { recursive: true, force: true })
  })

  async function load(
    members: Iterable<readonly [string, Member]> | Uint8Array,
    options: LoadOptions = {},
    into: Store = store,
  ): ReturnType<typeof loadArchive> {
    const bytes = members instanceof Uint8Array ? members : await archiveOf(members)
    if (way === 'a pipe') return loadArchive(into, pipe(bytes), options)
    await writeFile(join(folder, 'some.tar'), bytes)
    return loadArchive(into, join(folder, 'some.tar'), options)
  }
  /** The store, with something around each publication that gives a name. */
  function publishing(around: (publish: () => Promise<PublishResult>) => Promise<PublishResult>): Store {
    const target = store.target()
    return {
      ...store,
      target: () => ({
        ...target,
        async begin(how) {
          const delivery = await target.begin(how)
          return {
            ...delivery,
            publish(publication, options) {
              const publish = (): Promise<PublishResult> => delivery.publish(publication, options)
              return publication.names.length === 0 ? publish() : around(publish)
            },
          }
        },
      }),
    }
  }
  const named = (): readonly string[] => Object.keys(consult(root).names).toSorted()
  /** What is not finished of anything. */
  async function unfinished(): Promise<readonly string[]> {
    const found = await Promise.all(
      ['staging', 'ingest', 'leases'].map((each) =>
        readdir(join(root, 'lading', each), { recursive: true, withFileTypes: true }).catch(() => []),
      ),
    )
    return found.flat().flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : []))
  }
  /** Names what it named before, breaks no law, and leaves nothing half done. */
  async function expectUntouched(before: readonly string[] = []): Promise<void> {
    expect(named()).toEqual(before)
    expect(consult(root).violations).toEqual([])
    expect(await unfinished()).toEqual([])
  }

  it('of docker: names, image IDs, a manifest over the layers as they are; the second time nothing changes', async () => {
    const members = dockerArchive([image, 'app:1', 'registry.example/app:1'], [other, 'two:2'])
    for (let time = 0; time < 2; time++) {
      expect(await load(members)).toEqual([
        {
          names: ['docker.io/library/app:1', 'registry.example/app:1'],
          target: descriptorOf(image.manifest, 'application/vnd.oci.image.manifest.v1+json'),
          id: image.id,
        },
        {
          names: ['docker.io/library/two:2'],
          target: descriptorOf(other.manifest, 'application/vnd.oci.image.manifest.v1+json'),
          id: other.id,
        },
      ])
    }
    const details = await store.inspect('two:2')
    expect(details.layers.map(({ diffId }) => diffId)).toEqual(details.config.rootfs.diffIds)
    expect((await store.check()).findings).toEqual([])
    expect(consult(root).violations).toEqual([])
    expect(await unfinished()).toEqual([])
  })

  it('moves a tag as docker does, tells it, and keeps what it pointed to without a tag', async () => {
    await load(dockerArchive([image, 'app:1']))
    const events: LoadEvent[] = []
    await load(dockerArchive([other, 'app:1']), { onEvent: (event) => events.push(event) })
    expect(events.filter(({ type }) => type === 'moved')).toEqual([
      { type: 'moved', reference: 'docker.io/library/app:1', previous: image.id },
    ])
    expect((await store.images()).map(({ tag, id }) => [tag, id])).toEqual([
      ['1', other.id],
      [undefined, image.id],
    ])
  })

  it('without a name: it is there under its image ID, and not once more where it has a name', async () => {
    const [loaded] = await load(dockerArchive([image]))
    expect(loaded).toMatchObject({ names: [], id: image.id })
    expect((await store.images()).map(({ name, tag, id }) => [name, tag, id])).toEqual([
      ['localhost/loaded', undefined, image.id],
    ])
    await load(dockerArchive([other, 'two:2']))
    await load(dockerArchive([other]))
    expect((await store.images()).map(({ name }) => name)).toEqual(['docker.io/library/two', 'localhost/loaded'])
  })

  it('calls images what the caller says, or nothing', async () => {
    const two = dockerArchive([image, 'evil.example/app:1'], [other, 'evil.example/app:2'])
    await load(dockerArchive([image, 'evil.example/app:1']), { name: parseReference('mine') })
    await load(two, { name: parseReference('ours') })
    await load(two, { noNames: true })
    expect(named().filter((name) => !name.includes('@'))).toEqual([
      'docker.io/library/mine:latest',
      'docker.io/library/ours:1',
      'docker.io/library/ours:2',
    ])
    const before = named()
    await expect(load(two, { name: parseReference('ours:3') })).rejects.toMatchObject({ code: 'NAME_AMBIGUOUS' })
    const sameTag = dockerArchive([image, 'a/app:1'], [other, 'b/app:1'])
    await expect(load(sameTag, { name: parseReference('ours') })).rejects.toMatchObject({
      code: 'NAME_AMBIGUOUS',
      message: 'two images would be called ours:1',
    })
    const oneNameless = dockerArchive([image, 'app:1'], [other])
    await expect(load(oneNameless, { name: parseReference('ours') })).rejects.toMatchObject({ code: 'NAME_AMBIGUOUS' })
    const same = dockerArchive([image, 'app:1'], [other, 'app:1'])
    await expect(load(same)).rejects.toMatchObject({ code: 'ARCHIVE_AMBIGUOUS' })
    await expectUntouched(before)
  })

  it('takes what is no full name for none, and tells it', async () => {
    const strange = [
      '3.20',
      '../../etc:1',
      'Upper:1',
      'sha256:abc',
      'scratch:1',
      `app@sha256:${'0'.repeat(64)}`,
      'a\u001b[2Jb:1',
      '\u009b31m/app:1',
      'x\r\nLoaded image: y:1',
    ]
    const warnings: string[] = []
    const [loaded] = await load(dockerArchive([image, ...strange, 'app:1']), {
      onEvent: (event) => event.type === 'warning' && warnings.push(event.message),
    })
    expect(loaded?.names).toEqual(['docker.io/library/app:1'])
    expect(warnings).toHaveLength(strange.length)
    // oxlint-disable-next-line no-control-regex
    expect(warnings.join('')).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
  })

  it('of OCI: an index keeps its digest, with what is there, or with the platforms that are asked for', async () => {
    const index = indexOf(image, arm)
    const whole = ociArchive([image, arm], [{ bytes: index, name: 'many:1' }])
    const some = await load(whole, { platforms: [parsePlatform('linux/arm64')] })
    expect(some).toMatchObject([{ target: { digest: digestOf(index) }, id: arm.id }])
    expect(await store.present(descriptorOf(arm.manifest, 'application/vnd.oci.image.manifest.v1+json'))).toBe(true)
    expect(await store.manifest(descriptorOf(image.manifest, 'application/vnd.oci.image.manifest.v1+json'))).toBe(
      undefined,
    )
    await load(whole)
    expect((await store.inspect('many:1', { platform: parsePlatform('linux/amd64') })).id).toBe(image.id)
    const partial = ociArchive([image], [{ bytes: index, name: 'part:1' }])
    expect(await load(partial)).toMatchObject([{ target: { digest: digestOf(index) } }])
    const s390 = { platforms: [parsePlatform('linux/s390x')] }
    await expect(load(whole, s390)).rejects.toMatchObject({ code: 'PLATFORM_UNAVAILABLE' })
    await expect(load(dockerArchive([image, 'app:1']), s390)).rejects.toMatchObject({ code: 'PLATFORM_UNAVAILABLE' })
    expect(consult(root).violations).toEqual([])
  })

  it('keeps an artifact', async () => {
    const config = textBytes('{}')
    const manifest = jsonBytes({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      artifactType: 'application/vnd.acme.thing',
      config: descriptorOf(config, 'application/vnd.oci.empty.v1+json'),
      layers: [descriptorOf(textBytes('a thing'), 'application/vnd.acme.thing')],
    })
    const files = ociArchive(
      [{ ...image, config, layers: [textBytes('a thing')], manifest }],
      [{ bytes: manifest, name: 'thing:1' }],
    )
    expect(await load(files)).toMatchObject([{ names: ['docker.io/library/thing:1'], id: undefined }])
    expect((await store.resolve(parseReference('thing:1')))?.digest).toBe(digestOf(manifest))
  })

  it.each<readonly [string, () => Iterable<readonly [string, Member]>, string]>([
    [
      'a layer that is not what its config says',
      () =>
        dockerArchive(
          [image, 'app:1'],
          [
            {
              ...other,
              layers: [new Uint8Array(gzipSync('else')), 'one: a layer'].map((each) =>
                typeof each === 'string' ? textBytes(each) : each,
              ),
            },
            'two:2',
          ],
        ),
      'DIFF_ID_MISMATCH',
    ],
    [
      'a plain layer that is another than its config says',
      () => {
        const layers = ['one: a layer', 'something else'].map(textBytes)
        const manifest = jsonBytes({
          schemaVersion: 2,
          mediaType: 'application/vnd.oci.image.manifest.v1+json',
          config: descriptorOf(image.config, 'application/vnd.oci.image.config.v1+json'),
          layers: layers.map((layer) => descriptorOf(layer, 'application/vnd.oci.image.layer.v1.tar')),
        })
        return ociArchive([{ ...image, layers, manifest }], [{ bytes: manifest, name: 'app:1' }])
      },
      'DIFF_ID_MISMATCH',
    ],
    [
      'a blob that is not what its path says',
      () => {
        const files = ociArchive([image], [{ bytes: image.manifest, name: 'app:1' }])
        return files.set(
          `blobs/sha256/${digestOf(image.layers[0] ?? new Uint8Array()).slice(7)}`,
          textBytes('one: a layes'),
        )
      },
      'DIGEST_MISMATCH',
    ],
    [
      'a blob that is left out',
      () => {
        const files = ociArchive([image], [{ bytes: image.manifest, name: 'app:1' }])
        files.delete(`blobs/sha256/${digestOf(image.layers[0] ?? new Uint8Array()).slice(7)}`)
        return files
      },
      'ARCHIVE_INCOMPLETE',
    ],
    [
      'a target that is left out',
      () => {
        const files = ociArchive([image], [{ bytes: image.manifest, name: 'app:1' }])
        files.delete(`blobs/sha256/${digestOf(image.manifest).slice(7)}`)
        return files
      },
      'ARCHIVE_INCOMPLETE',
    ],
    [
      'more layers than can be stacked',
      () =>
        dockerArchive(
          [image, 'app:1'],
          [
            testImage(
              'many',
              Array.from({ length: 127 }, (_, at) => `${at}`),
            ),
            'many:1',
          ],
        ),
      'LAYER_MAX_DEPTH',
    ],
    ['no image', () => [['etc/passwd', textBytes('root')]], 'ARCHIVE_UNKNOWN'],
  ])('names nothing of one that has %s', async (_, members, code) => {
    await expect(load(members())).rejects.toMatchObject({ code, hint: expect.any(String) })
    await expectUntouched()
  })

  it('names nothing wherever it is cut off', async () => {
    const archive = await archiveOf(dockerArchive([image, 'app:1'], [other, 'two:2']))
    for (let length = 0; length < archive.byteLength; length += atScale(2048, 512))
      await expect(load(archive.subarray(0, length))).rejects.toMatchObject({ code: 'TAR_TRUNCATED' })
    await expectUntouched()
    expect(await load(archive)).toHaveLength(2)
  })

  it('leaves nothing of a large member that breaks off', async () => {
    const large = testImage('large', [new Uint8Array(5 * 1024 * 1024)])
    for (const members of [
      dockerArchive([large, 'app:1']),
      ociArchive([large], [{ bytes: large.manifest, name: 'app:1' }]),
    ]) {
      const archive = await archiveOf(members)
      await expect(load(archive.subarray(0, 4.9 * 1024 * 1024))).rejects.toMatchObject({ code: 'TAR_TRUNCATED' })
      await expectUntouched()
    }
  })

  it('names nothing on a full disk, and is loaded when there is room again', async () => {
    const archive = await archiveOf(dockerArchive([image, 'app:1'], [other, 'two:2']))
    for (let nth = 1; nth <= atScale(4, 30); nth++) {
      const full = faultyFileSystem(nodeFileSystem(), [
        { operation: 'write', path: /blobs|staging|ingest/, nth, errno: 'ENOSPC', forGood: true },
      ])
      const tight = await openTestStore(root, () => full)
      const outcome = await load(archive, {}, tight).then(
        () => 'loaded',
        (error: unknown) => (isLadingError(error) ? error.code : String(error)),
      )
      await tight.close()
      expect([outcome, full.failures > 0]).toEqual(full.failures > 0 ? ['NO_SPACE', true] : ['loaded', false])
      if (outcome === 'loaded') break
      await expectUntouched()
    }
    expect(await load(archive)).toHaveLength(2)
    expect(consult(root).violations).toEqual([])
  })

  it('names all images or none when its signal goes off while it names them', async () => {
    const stop = new AbortController()
    const reason = new Error('enough')
    const watched = publishing(async (publish) => {
      const result = await publish()
      stop.abort(reason)
      return result
    })
    const two = dockerArchive([image, 'app:1'], [other, 'two:2'])
    await expect(load(two, { signal: stop.signal }, watched)).rejects.toBe(reason)
    expect(named().filter((name) => !name.includes('@'))).toEqual([
      'docker.io/library/app:1',
      'docker.io/library/two:2',
    ])
  })

  it('tells of a tag that moved when it has moved', async () => {
    await load(dockerArchive([image, 'app:1']))
    const events: LoadEvent[] = []
    const failing = publishing(() => Promise.reject(new Error('the store is gone')))
    const onEvent = (event: LoadEvent): void => void events.push(event)
    await expect(load(dockerArchive([other, 'app:1']), { onEvent }, failing)).rejects.toThrow('the store is gone')
    expect(events.filter(({ type }) => type === 'moved')).toEqual([])
  })

  it('ends with the reason of its signal, and with what a listener throws', async () => {
    const archive = await archiveOf(dockerArchive([image, 'app:1']))
    const stop = new AbortController()
    const stopping = load(archive, { signal: stop.signal, onEvent: () => stop.abort(new Error('enough')) })
    await expect(stopping).rejects.toThrow('enough')
    const throwing = load(archive, {
      onEvent() {
        throw new Error('the listener')
      },
    })
    await expect(throwing).rejects.toThrow('the listener')
    await expectUntouched()
  })
})

it('a pipe that breaks is told as it is, and nothing is named', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lading-load-'))
  const store = await openTestStore(join(folder, 'store'))
  const archive = await archiveOf(dockerArchive([image, 'app:1']))
  async function* broken(): AsyncGenerator<Uint8Array, void, undefined> {
    yield archive.slice(0, 1200)
    throw new Error('the pipe broke')
  }
  await expect(loadArchive(store, broken())).rejects.toThrow('the pipe broke')
  expect(await store.images()).toEqual([])
  await store.close()
  await rm(folder, { recursive: true, force: true })
})
