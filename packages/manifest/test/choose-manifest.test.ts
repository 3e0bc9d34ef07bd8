import { describe, expect, it } from 'vitest'
import {
  chooseManifest,
  defaultPlatform,
  findManifest,
  OCI_INDEX,
  OCI_MANIFEST,
  parsePlatform,
  platformFromEnv,
  platformOfNode,
  platformsOffered,
  type Descriptor,
  type ImageIndex,
  type Manifest,
} from '../src/index.ts'

const digest = (letter: string): Descriptor['digest'] => `sha256:${letter.repeat(64)}`
const entry = (letter: string, platform?: string, mediaType: string = OCI_MANIFEST): Descriptor => ({
  mediaType,
  digest: digest(letter),
  size: 7,
  ...(platform === undefined ? {} : { platform: parsePlatform(platform) }),
})
const index = (...manifests: Descriptor[]): ImageIndex => ({
  kind: 'index',
  schemaVersion: 2,
  mediaType: OCI_INDEX,
  manifests,
})
const at = (letter: string): Descriptor => entry(letter, undefined, OCI_INDEX)
const arm = parsePlatform('linux/arm64')

describe('choosing the manifest for a platform', () => {
  it('takes the closest entry and loads nothing for it', async () => {
    const all = index(entry('a', 'linux/amd64'), entry('b', 'linux/arm/v7'), entry('c', 'linux/arm64'))
    const load = (): never => expect.unreachable()
    expect((await chooseManifest({ manifest: all, descriptor: at('0') }, arm, load)).digest).toBe(digest('c'))
  })

  it('takes a manifest for itself, whatever it is for', async () => {
    const manifest = {
      kind: 'manifest',
      mediaType: OCI_MANIFEST,
      config: entry('1'),
      layers: [],
    } as unknown as Manifest
    expect((await chooseManifest({ manifest, descriptor: entry('a') }, arm, () => undefined)).digest).toBe(digest('a'))
  })

  it('looks into indexes where they stand, and no further than it must', async () => {
    const loaded: string[] = []
    const inside: Readonly<Record<string, Manifest>> = {
      [digest('d')]: index(entry('1', 'linux/amd64')),
      [digest('e')]: index(entry('2', 'linux/arm64')),
      [digest('f')]: index(entry('3', 'linux/arm64')),
    }
    const load = (given: Descriptor): Manifest | undefined => {
      loaded.push(given.digest)
      return inside[given.digest]
    }
    const found = await findManifest(index(at('d'), at('9'), at('e'), at('f')), arm, load)
    expect(found?.digest).toBe(digest('2'))
    expect(loaded).toEqual([digest('d'), digest('9'), digest('e')])
  })

  it('ends where indexes lead in a circle', async () => {
    let loads = 0
    const circle = index(at('d'))
    expect(await findManifest(circle, arm, () => (loads++, circle))).toBeUndefined()
    expect(loads).toBeLessThan(10)
  })

  it('tells what there is when there is none, of indexes inside too, and no attestations', async () => {
    const all = index(entry('a', 'linux/amd64'), entry('b', 'unknown/unknown'), at('d'))
    const choice = chooseManifest({ manifest: all, descriptor: at('0') }, arm, () => index(entry('c', 'linux/s390x')))
    await expect(choice).rejects.toMatchObject({
      name: 'ManifestError',
      code: 'PLATFORM_UNAVAILABLE',
      hint: 'there is: linux/amd64, linux/s390x; choose one with --platform',
      facts: { digest: digest('0') },
    })
    expect(platformsOffered([index()])).toEqual([])
  })

  it('tells that there is no image where an entry without a platform would have been one', async () => {
    // What is kept under a fallback tag for referrers: manifests, all of them artifacts.
    const referrers = index({ ...at('a'), mediaType: OCI_MANIFEST, artifactType: 'application/x.bill' })
    for (const manifest of [index(), index(entry('b', 'unknown/unknown')), referrers])
      await expect(chooseManifest({ manifest, descriptor: at('0') }, arm, () => undefined)).rejects.toMatchObject({
        hint: 'the index holds no image at all',
      })
    const plain = { ...at('c'), mediaType: OCI_MANIFEST }
    expect(await chooseManifest({ manifest: index(plain), descriptor: at('0') }, arm, () => undefined)).toBe(plain)
  })

  it('throws what loading throws', async () => {
    const why = new Error('no network')
    await expect(findManifest(index(at('d')), arm, () => Promise.reject(why))).rejects.toBe(why)
  })
})

describe('the platform by default', () => {
  it('is linux on the machine that this runs on', () => {
    expect(defaultPlatform().os).toBe('linux')
    expect(defaultPlatform().architecture).toBe(platformOfNode(process.arch).architecture)
  })

  it("is what docker's variable says", () => {
    expect(platformFromEnv({ env: { DOCKER_DEFAULT_PLATFORM: 'linux/arm64' } })).toEqual(arm)
    expect(platformFromEnv({ env: { DOCKER_DEFAULT_PLATFORM: '' } })).toBeUndefined()
    expect(platformFromEnv({ env: {} })).toBeUndefined()
    expect(() => platformFromEnv({ env: { DOCKER_DEFAULT_PLATFORM: 'a/b/c/d/e' } })).toThrow(
      expect.objectContaining({ code: 'PLATFORM_INVALID' }),
    )
  })
})
