import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unsyncedFileSystem } from '@lading/content-store/testing'
import { createPuller, type PullerOptions } from '@lading/distribution'
import { isLadingError } from '@lading/errors'
import { openStore } from '@lading/store'
import {
  image,
  startTestRegistry,
  type BuiltImage,
  type TestRegistry,
  type TestRegistryOptions,
} from '@lading/test-registry'

export interface Stage {
  readonly registry: TestRegistry
  /** `t/app:1`: a small layer and one of 300,000 bytes. */
  readonly app: BuiltImage
  /** Of the larger layer. */
  readonly large: string
  readonly root: string
  /** Pulls `t/app:1`, or another one. How it ended: `done`, or the error's code. */
  pull(options?: Omit<PullerOptions, 'root'> & { readonly reference?: string }): Promise<string>
}

/** A registry with one image, an empty root, and a puller that starts no threads. All of it goes in the end. */
export async function onStage<T>(act: (stage: Stage) => Promise<T>, options: TestRegistryOptions = {}): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'lading-planted-'))
  const registry = await startTestRegistry(options)
  try {
    const app = await registry.seed(image('t/app:1').layer({ app: 'yes' }).randomLayer(300_000, { seed: 1 }))
    const root = join(folder, 'root')
    const pull: Stage['pull'] = async ({ reference = 't/app:1', ...given } = {}) => {
      const store = await openStore({ root, fs: unsyncedFileSystem(), workers: 0 })
      const puller = await createPuller({ ...given, store })
      try {
        await puller.pull(`${registry.host}/${reference}`, { platform: 'linux/amd64' })
        return 'done'
      } catch (error) {
        if (isLadingError(error)) return error.code
        throw error
      } finally {
        await puller.close()
        await store.close()
      }
    }
    return await act({ registry, app, large: app.layers[1]?.digest ?? '', root, pull })
  } finally {
    await registry.close()
    await rm(folder, { recursive: true })
  }
}

/** What is wrong when `actual` is not what it should be. */
export const expected = (what: string, actual: unknown, should: unknown): readonly string[] =>
  JSON.stringify(actual) === JSON.stringify(should)
    ? []
    : [`${what}: ${JSON.stringify(actual)}, and should be ${JSON.stringify(should)}`]
