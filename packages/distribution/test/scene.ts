import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRegistryClient, type RegistryClient, type RegistryClientOptions } from '@lading/registry-client'
import { startTestRegistry, type TestRegistry, type TestRegistryOptions } from '@lading/test-registry'
import type { Clock } from '@lading/clock'
import type { OpenStoreOptions } from '@lading/store'
import { createTransfers } from '@lading/transfer'
import { onTestFinished } from 'vitest'
import { openTestStore } from './support/test-store.ts'
import { createPuller, type PullEvent, type Puller, type PullerOptions, type PullOptions } from '../src/index.ts'

/** Time passes at once, so that a test of retries waits for nothing. */
export function instantClock(): Clock {
  let now = 0
  return {
    now: () => now,
    sleep: (ms, options) =>
      new Promise((resolve, reject) => {
        if (options?.signal?.aborted === true) return reject(options.signal.reason as Error)
        now += ms
        setImmediate(resolve)
      }),
    random: () => 0.5,
  }
}

export interface Scene {
  readonly registry: TestRegistry
  readonly root: string
  readonly puller: Puller
  readonly client: RegistryClient
  readonly events: PullEvent[]
  /** A reference at the scene's registry, pulled with its events recorded. */
  pull(name: string, options?: PullOptions): ReturnType<Puller['pull']>
  eventsOf<Type extends PullEvent['type']>(type: Type): Extract<PullEvent, { type: Type }>[]
  /** Names in index.json. */
  names(): Promise<string[]>
}

/** A registry on loopback, an empty root, and a puller between them; all gone when the test ends. */
export async function scene(
  options: {
    readonly registry?: TestRegistryOptions
    readonly puller?: Partial<PullerOptions>
    readonly client?: RegistryClientOptions
    readonly root?: string
    readonly store?: Partial<OpenStoreOptions>
  } = {},
): Promise<Scene> {
  const registry = await startTestRegistry(options.registry)
  const root = options.root ?? (await temporaryFolder())
  const clock = instantClock()
  const client = createRegistryClient({ clock, ...options.puller, ...options.client })
  const transfers = createTransfers({ limit: options.puller?.jobs ?? 3, clock })
  const store = await openTestStore(root, undefined, options.store)
  const puller = await createPuller({ client, transfers, store, ...options.puller })
  const events: PullEvent[] = []
  onTestFinished(async () => {
    await puller.close()
    await store.close()
    await transfers.close()
    await client.close()
    await registry.close()
  })
  return {
    registry,
    root,
    puller,
    client,
    events,
    pull: (name, pullOptions) =>
      puller.pull(`${registry.host}/${name}`, {
        platform: 'linux/amd64',
        onEvent: (event) => events.push(event),
        ...pullOptions,
      }),
    eventsOf: <Type extends PullEvent['type']>(type: Type) =>
      events.filter((event): event is Extract<PullEvent, { type: Type }> => event.type === type),
    names: () => namesIn(root),
  }
}

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lading-pull-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export async function namesIn(root: string): Promise<string[]> {
  try {
    const index = JSON.parse(await readFile(join(root, 'index.json'), 'utf8')) as {
      manifests: { annotations?: Record<string, string> }[]
    }
    return index.manifests.map(({ annotations }) => annotations?.['io.containerd.image.name'] ?? '')
  } catch {
    return []
  }
}

/** What a promise rejects with, as a value. */
export async function failure(
  promise: Promise<unknown>,
): Promise<Error & { code?: string; hint?: string; facts?: Record<string, unknown> }> {
  try {
    await promise
  } catch (error) {
    return error as Error
  }
  throw new Error('it did not fail')
}
