import { chmod, cp, mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { layoutOf } from '@lading/content-store'
import { createPuller } from '@lading/distribution'
import { openStore } from '@lading/store'
import { image, startTestRegistry, type BuiltImage, type TestRegistry } from '@lading/test-registry'
import { spawnVictim } from './spawn-victim.ts'
import type { Scenario } from './scenarios.ts'

export interface Scene {
  readonly registry: TestRegistry
  readonly app: BuiltImage
  /** The root before each scenario. */
  readonly templates: Readonly<Record<Scenario, string>>
}

const base = { base: 'what all of them have in common' }

/** A registry with three images, and for each scenario a root as it finds it. @param largest layer of them, in bytes */
export async function prepareScene(folder: string, largest = 600_000): Promise<Scene> {
  const registry = await startTestRegistry()
  const { host } = registry
  await registry.seed(image('t/old:1').layer(base).layer({ old: 'yes' }))
  await registry.seed(image('t/other:1').layer(base).layer({ other: 'yes' }))
  const app = await registry.seed(image('t/app:1').layer(base).layer({ app: 'yes' }).randomLayer(largest, { seed: 1 }))

  const pulled = async (name: string, ...references: readonly string[]): Promise<string> => {
    const root = join(folder, 'templates', name)
    const store = await openStore({ root, workers: 0 })
    const puller = await createPuller({ store })
    for (const reference of references) await puller.pull(`${host}/${reference}`, { platform: 'linux/amd64' })
    await puller.close()
    await store.close()
    return root
  }
  const all = await pulled('all', 't/app:1', 't/other:1', 't/old:1')
  const old = await pulled('old', 't/old:1')
  await mkdir(join(folder, 'templates', 'none'), { recursive: true })

  const cut = join(folder, 'templates', 'cut')
  await cp(old, cut, { recursive: true })
  const half = { root: cut, scenario: 'resume what was cut off', host } as const
  // Where its largest layer is on its way: most of the calls are writes of it.
  const { calls } = await spawnVictim({ ...half, root: await copyOf(old, join(folder, 'templates', 'counted')) })
  await spawnVictim({ ...half, killAt: Math.floor(calls * 0.55) })

  const damaged = await copyOf(all, join(folder, 'templates', 'damaged'))
  for (const digest of [app.digest, app.config.digest, app.layers[2]?.digest ?? ''])
    await spoil(layoutOf(damaged).blob(digest as `sha256:${string}`))

  const lost = await copyOf(all, join(folder, 'templates', 'lost'))
  const { index, diffIds } = layoutOf(lost)
  await writeFile(index, '')
  for (const name of await readdir(join(diffIds, 'sha256'))) await spoil(join(diffIds, 'sha256', name))

  return {
    registry,
    app,
    templates: {
      'pull into a new root': join(folder, 'templates', 'none'),
      'pull over an older image': old,
      'resume what was cut off': cut,
      'heal a manifest, a config and a layer': damaged,
      'check --repair of lost names and wrong records': lost,
      tag: all,
      rmi: all,
      prune: all,
    },
  }
}

export async function copyOf(root: string, to: string): Promise<string> {
  await cp(root, to, { recursive: true, preserveTimestamps: true })
  return to
}

/** One bit in the middle. */
async function spoil(path: string): Promise<void> {
  const bytes = await readFile(path)
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
  await chmod(path, 0o600)
  await writeFile(path, bytes)
}
