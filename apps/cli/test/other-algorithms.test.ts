import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { testImage } from '../../../packages/archive/test/support/some-image.ts'
import { atScale } from '../../../test/support/scale.ts'
import { registryWith } from './support/registry-with.ts'
import { runHere } from './support/run-here.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

const own = testImage('app', ['a layer', 'another layer'])
const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))

/** A layout with one image that knows its blobs by sha512, and is known by `algorithm`. */
async function layoutWith(
  algorithm: 'sha256' | 'sha512',
): Promise<{ readonly directory: string; readonly digest: string }> {
  const directory = join(await temporaryDirectory(), 'layout')
  const put = async (bytes: Uint8Array, by: string): Promise<{ digest: string; size: number }> => {
    const hex = createHash(by).update(bytes).digest('hex')
    const path = join(directory, 'blobs', by, hex)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, bytes)
    return { digest: `${by}:${hex}`, size: bytes.byteLength }
  }
  const given = JSON.parse(Buffer.from(own.manifest).toString()) as {
    readonly config: object
    readonly layers: readonly object[]
  }
  const layers: object[] = []
  for (const [at, bytes] of own.layers.entries()) layers.push({ ...given.layers[at], ...(await put(bytes, 'sha512')) })
  const config = { ...given.config, ...(await put(own.config, 'sha512')) }
  const mediaType = 'application/vnd.oci.image.manifest.v1+json'
  const target = { mediaType, ...(await put(json({ schemaVersion: 2, mediaType, config, layers }), algorithm)) }
  const annotations = { 'org.opencontainers.image.ref.name': '1' }
  await writeFile(join(directory, 'oci-layout'), json({ imageLayoutVersion: '1.0.0' }))
  await writeFile(join(directory, 'index.json'), json({ schemaVersion: 2, manifests: [{ ...target, annotations }] }))
  return { directory, digest: target.digest }
}

interface Found {
  readonly digest: string
  /** Whatever they are called, and however they are compressed. */
  readonly layers: readonly string[]
}

async function foundIn(directory: string): Promise<Found> {
  const read = async (digest: string): Promise<Buffer> => {
    const bytes = await readFile(join(directory, 'blobs', digest.replace(':', '/')))
    expect(
      `${digest.split(':')[0]}:${createHash(digest.split(':')[0] ?? '')
        .update(bytes)
        .digest('hex')}`,
    ).toBe(digest)
    return bytes
  }
  const index = JSON.parse(await readFile(join(directory, 'index.json'), 'utf8')) as {
    readonly manifests: readonly [{ readonly digest: string }]
  }
  const [{ digest }] = index.manifests
  const { layers } = JSON.parse((await read(digest)).toString()) as { readonly layers: readonly { digest: string }[] }
  const plain = (bytes: Buffer): Buffer => (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes)
  return { digest, layers: await Promise.all(layers.map(async (layer) => plain(await read(layer.digest)).toString())) }
}

const layers = own.layers.map((bytes) => (bytes[0] === 0x1f ? gunzipSync(bytes) : Buffer.from(bytes)).toString())

describe.each(atScale(['sha512'] as const, ['sha256', 'sha512'] as const))(
  'an image of %s whose blobs are known by sha512',
  (algorithm) => {
    it('is copied to every kind of place and back, pushed, saved and loaded', { timeout: 300_000 }, async () => {
      const { directory, digest } = await layoutWith(algorithm)
      const { host } = await registryWith()
      const root = join(await temporaryDirectory(), 'store')
      const there = join(root, '..')
      const run = async (...args: readonly string[]): Promise<void> => {
        const { code, stderr } = await runHere(args, { root })
        expect(code, `${args.join(' ')}\n${stderr}`).toBe(0)
      }
      const name = `${host}/t/app:1`
      for (const place of [`oci:${there}/a:1`, `oci-archive:${there}/b.tar:1`, `store:${name}`, name]) {
        await run('copy', '-q', `oci:${directory}:1`, place)
        const back = join(there, `back-of-${place.split(':')[0]}`)
        await run('copy', '-q', place, `oci:${back}:1`)
        expect(await foundIn(back), place).toEqual({ digest, layers })
      }
      // Neither keeps the digest of its manifest.
      for (const place of [`dir:${there}/c`, `docker-archive:${there}/d.tar:t/app:1`]) {
        await run('copy', '-q', `oci:${directory}:1`, place)
        const back = join(there, `back-of-${place.split(':')[0]}`)
        await run('copy', '-q', place, `oci:${back}:1`)
        expect((await foundIn(back)).layers, place).toEqual(layers)
      }
      await run('tag', name, `${host}/t/pushed:1`)
      await run('push', '-q', `${host}/t/pushed:1`)
      await run('copy', '-q', `${host}/t/pushed:1`, `oci:${there}/pushed:1`)
      expect(await foundIn(join(there, 'pushed'))).toEqual({ digest, layers })
      for (const format of atScale(['both'], ['both', 'oci', 'docker'])) {
        const file = join(there, `${format}.tar`)
        await run('save', '--format', format, '-o', file, name)
        const other = join(there, `store-of-${format}`)
        const loaded = await runHere(['load', '-q', '-i', file], { root: other })
        expect(loaded, loaded.stderr).toMatchObject({ code: 0, stdout: `Loaded image: ${name}\n` })
        await runHere(['copy', '-q', `store:${name}`, `oci:${there}/of-${format}:1`], { root: other })
        const found = await foundIn(join(there, `of-${format}`))
        // docker's archive keeps no manifest.
        expect(format === 'docker' ? { ...found, digest } : found).toEqual({ digest, layers })
      }
      await run('check')
    })
  },
)
