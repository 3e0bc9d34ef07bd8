import { ContentError } from '@lading/content-store'
import { createMemory, memoryLock, type Memory } from '@lading/content-store/memory'
import { changeNames, sortedNames } from '../names.ts'
import type { NamedTarget, ReferenceStore } from '../reference-store.ts'
import { storedName } from '../stored-name.ts'

export interface MemoryReferenceStoreOptions {
  /** Default: one of its own. */
  readonly memory?: Memory | undefined
  /**
   * Updates run beside each other, and one that others were faster than ends with `LOCK_LOST`: what an engine without
   * locks does, for tests of code that is to work with one. Default false.
   */
  readonly optimistic?: boolean | undefined
}

/** By the memory that they are in. Each version is an object of its own. */
const versions = new WeakMap<Memory, ReadonlyMap<string, NamedTarget>>()
const none: ReadonlyMap<string, NamedTarget> = new Map()

/** Names in memory. */
export function createMemoryReferenceStore({
  memory = createMemory(),
  optimistic = false,
}: MemoryReferenceStoreOptions = {}): ReferenceStore {
  const read = (): ReadonlyMap<string, NamedTarget> => versions.get(memory) ?? none
  const lock = memoryLock(memory)

  const update: ReferenceStore['update'] = async (change, { signal } = {}) => {
    signal?.throwIfAborted()
    let seen = read()
    const assertHeld = (): void => {
      if (read() !== seen) throw changedMeanwhile()
    }
    const names = changeNames(
      { named: seen, foreignTargets: [] },
      {
        async save(changes) {
          assertHeld()
          const named = new Map(seen)
          for (const { name, reference, target } of changes) {
            if (target === undefined) named.delete(name)
            else named.set(name, { name, reference, target })
          }
          seen = named
          versions.set(memory, named)
        },
        assertHeld: async () => assertHeld(),
      },
    )
    const result = await change(names)
    signal?.throwIfAborted()
    await names.save()
    return result
  }

  return {
    list: async () => sortedNames(read()),
    get: async (reference) => read().get(storedName(reference))?.target,
    foreignTargets: async () => [],
    update: optimistic ? update : (change, options) => lock.hold(() => update(change), options),
    restore: async () => undefined,
  }
}

function changedMeanwhile(): ContentError {
  return new ContentError('LOCK_LOST', 'the names were changed meanwhile', {
    hint: 'nothing was written; run it again',
  })
}
