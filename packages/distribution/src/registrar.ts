import { isLadingError } from '@lading/errors'
import type { PullStore } from './ports.ts'

export type Registration = Parameters<PullStore['layers']['register']>[0]

/** Registers the layers of one image, each on the one before. */
export interface Registrar {
  /** The next layer up. `known`: it is registered already. Waits where many are on their way. @throws what one of them failed with */
  add(record: Registration, how: { readonly known: boolean }): Promise<void>
  /** Calls `tell` once everything so far is registered, in the order of these calls. */
  afterwards(tell: () => void): void
  /** Everything is registered, and told. @throws what one of them failed with */
  end(): Promise<void>
  /** Nothing is on its way any more. Never rejects. */
  rest(): Promise<void>
}

/** What takes time is the disk, which serves several in as much time as one. Each has two files open. */
const mostAtOnce = 16

export function createRegistrar({ layers }: Pick<PullStore, 'layers'>): Registrar {
  const records: Registration[] = []
  const registering: Promise<void>[] = []
  let told: Promise<unknown> = Promise.resolve()
  let failure: { readonly reason: unknown } | undefined

  /** A removal that runs beside us may take the record of a layer below that no image had yet; the layers themselves are here. */
  async function register(count: number): Promise<void> {
    const upTo = records.slice(0, count)
    try {
      await layers.register(upTo.at(-1) as Registration)
    } catch (error) {
      if (!isLadingError(error, 'LAYER_PARENT_UNKNOWN')) throw error
      for (const each of upTo) await layers.register(each)
    }
  }

  return {
    async add(record, { known }) {
      if (failure !== undefined) throw failure.reason
      records.push(record)
      if (known) return
      const registered = register(records.length)
      registering.push(registered)
      registered.catch((reason: unknown) => (failure ??= { reason }))
      await registering.at(-mostAtOnce - 1)
    },
    afterwards(tell) {
      told = Promise.all([told, registering.at(-1)]).then(tell)
      told.catch(() => undefined)
    },
    async end() {
      await Promise.all(registering)
      await told
    },
    async rest() {
      await Promise.allSettled([...registering, told])
    },
  }
}
