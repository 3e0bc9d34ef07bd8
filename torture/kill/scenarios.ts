import { createPuller } from '@lading/distribution'
import { parseReference } from '@lading/reference'
import type { Store } from '@lading/store'

const platform = 'linux/amd64'

async function pull(store: Store, reference: string, verifyStored = false): Promise<void> {
  const puller = await createPuller({ store })
  try {
    await puller.pull(reference, { platform, verifyStored })
  } finally {
    await puller.close()
  }
}

/** What a process does that is killed, by name. `host` has `t/old:1`, `t/app:1` and `t/other:1`, which share their base. */
export const runs = {
  'pull into a new root': (store, host) => pull(store, `${host}/t/app:1`),
  'pull over an older image': (store, host) => pull(store, `${host}/t/app:1`),
  'resume what was cut off': (store, host) => pull(store, `${host}/t/app:1`),
  'heal a manifest, a config and a layer': (store, host) => pull(store, `${host}/t/app:1`, true),
  tag: (store, host) => store.tag(`${host}/t/app:1`, parseReference(`${host}/t/other:1`)),
  rmi: async (store, host) => void (await store.remove(`${host}/t/app:1`)),
  'check --repair of lost names and wrong records': async (store) => void (await store.check({ repair: true })),
  prune: async (store) => void (await store.prune({ minAgeMs: 0, maxSize: 1 })),
} satisfies Readonly<Record<string, (store: Store, host: string) => Promise<void>>>

export type Scenario = keyof typeof runs
