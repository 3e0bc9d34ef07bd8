import { createLayout, openLayout } from '@lading/archive'
import { createMemoryContent, type Source } from '@lading/content'
import { parseReference } from '@lading/reference'
import type { RegistryClient } from '@lading/registry-client'
import type { TestRegistry } from '@lading/test-registry'
import { copy, push, type Copied, type CopyOptions } from '../../src/index.ts'
import { instantClock } from '../scene.ts'
import { openTestStore } from './test-store.ts'

/** Brings the image to `t/copy:1` of a registry. */
export type Way = (
  client: RegistryClient,
  host: string,
  options?: CopyOptions & { readonly chunkSize?: number | undefined },
) => Promise<Copied>

export type WayName = 'the store, pushed' | 'a registry' | 'a layout'
export const wayNames: readonly WayName[] = ['the store, pushed', 'a registry', 'a layout']

export interface Ways extends Record<WayName, Way> {
  close(): Promise<void>
}

/** From each kind of place that pushes begin at, one image of the registry: `t/app:1`. */
export async function waysFrom(registry: TestRegistry, client: RegistryClient, folder: string): Promise<Ways> {
  const from = client.repository(`${registry.host}/t/app`).source()
  const memory = createMemoryContent()
  const instant: CopyOptions = { clock: instantClock(), jobs: 1 }
  await copy(from, memory, '1', { ...instant, names: ['app'] })
  await copy(memory, createLayout(`${folder}/layout`), 'app', { ...instant, names: ['app'] })
  const layout = await openLayout(`${folder}/layout`)
  const store = await openTestStore(`${folder}/store`)
  await store.origins.remember({ host: registry.host, repository: 't/app' }, registry.repository('t/app').blobs())
  const copying =
    (source: Source, name: string): Way =>
    (there, host, { chunkSize, ...options } = {}) =>
      copy(source, there.repository(`${host}/t/copy`).target({ chunkSize }), name, {
        ...instant,
        names: ['1'],
        ...options,
      })
  return {
    'the store, pushed': async (there, host, { chunkSize, ...options } = {}) => {
      const reference = parseReference(`${host}/t/copy:1`)
      await copy(memory, store.target(), 'app', { ...instant, names: [String(reference)] })
      const repository: RegistryClient['repository'] = (name, how) => {
        const given = there.repository(name, how)
        return { ...given, target: () => given.target({ chunkSize }) }
      }
      return push({ store, client: { repository } }, reference, { ...instant, ...options })
    },
    'a registry': copying(from, '1'),
    'a layout': copying(layout, 'app'),
    async close() {
      await layout.close()
      await store.close()
    },
  }
}
