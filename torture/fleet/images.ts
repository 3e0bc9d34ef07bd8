import { image, randomBytes, tar, type BuiltImage, type TestRegistry } from '@lading/test-registry'

/** The images of one round: nobody has had any of them before. */
export interface FleetImages {
  readonly repository: string
  /** `r3/app0:1`, without a host. */
  readonly names: readonly string[]
  /** By digest, the sizes of all configs and layers, in bytes. */
  readonly blobs: ReadonlyMap<string, number>
  /** In bytes: each blob once. */
  readonly size: number
  /** Takes them from the registry again: a long run would fill its memory. */
  remove(): void
}

const count = 10
/** Of the layers, in bytes: one of all images, one of every other image, and two of each alone. */
const [common, half, own, little] = [24_000_000, 4_000_000, 700_000, 3_000]

/** Ten images that share layers, in the registry. `scale`: what sizes are multiplied by. */
export async function seedImages(
  registry: TestRegistry,
  { repository, seed, scale = 1 }: { readonly repository: string; readonly seed: number; readonly scale?: number },
): Promise<FleetImages> {
  const layer = (size: number, number: number): Uint8Array =>
    tar({ [`layer-${number}`]: randomBytes(Math.ceil(size * scale), seed * 100 + number) })
  const [shared, halves] = [layer(common, 0), [layer(half, 1), layer(half, 2)]]
  const plain = { compression: 'none' } as const
  const built: BuiltImage[] = []
  for (let number = 0; number < count; number++)
    built.push(
      await registry.seed(
        image(`${repository}/app${number}:1`)
          .layer(shared, plain)
          .layer(halves[number % 2] ?? shared, plain)
          .layer(layer(own, 10 + number), plain)
          .layer(layer(little, 30 + number), plain),
      ),
    )
  const blobs = new Map<string, number>()
  for (const { config, layers } of built) for (const { digest, size } of [config, ...layers]) blobs.set(digest, size)
  const size = [...blobs.values()].reduce((sum, each) => sum + each, 0)
  const names = built.map((_, number) => `${repository}/app${number}:1`)
  return {
    repository,
    names,
    blobs,
    size,
    remove() {
      for (const [number, { digest: manifest }] of built.entries()) {
        const access = registry.repository(`${repository}/app${number}`)
        access.deleteManifest(manifest)
        for (const digest of access.blobs()) access.deleteBlob(digest)
      }
    },
  }
}
