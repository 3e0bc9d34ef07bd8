import { atLeastOne } from './at-least-one.ts'
import { createSlots, type Slot, type Slots } from './slots.ts'

export interface AdmissionOptions {
  /** How many places each key has. At least 1, `Infinity` for no limit. Default 3. */
  readonly perKey?: number | undefined
  /** How many places each key has while all that have one, and the next, have at most `upTo` to move. At least `perKey`. Default: as ever. */
  readonly small?: { readonly perKey: number; readonly upTo: number } | undefined
  /** How many places all keys have together. At least 1, `Infinity` for no limit. Default four times `perKey`. */
  readonly whole?: number | undefined
}

export interface AdmitOptions {
  /** Leaves the queue; `admit` rejects with its reason. */
  readonly signal?: AbortSignal | undefined
  /** Called once, before `admit` returns or later, when there is no place at once. */
  readonly onWait?: (() => void) | undefined
  /** How much there is to move: of those that wait, the largest is next. Default: first of all. */
  readonly size?: number | undefined
}

/** A place: the function gives it back, once; further calls do nothing. */
export interface Place {
  (): void
  /** Lets others have it while its holder waits for what nobody here controls. */
  lend(): void
  /** Lets other keys have it, and keeps that of its own key: for a holder whose key has to wait, so that no other of the key need come to see that. */
  lendWhole(): void
  /** It moves data again, at once: until others give theirs back there may be one too many. */
  takeBack(): void
}

/**
 * Waits for a place of the key and one of the whole. Whoever has both calls the function that comes back when it needs
 * them no longer; further calls do nothing.
 */
export type Admit = (key: string, options?: AdmitOptions) => Promise<Place>

/** An `Admit` whose bounds can be changed while it is used. Whoever has a place keeps it. */
export interface Admission extends Admit {
  /** @throws `TRANSFER_OPTION_INVALID` */
  setLimits(limits: AdmissionOptions): void
}

interface Queue {
  readonly slots: Slots
  /** Who waits or is in. */
  users: number
}

/**
 * Places with two bounds, so that one key that never ends takes no more than its own: `perKey` for each key, and `whole`
 * for all. Of those that wait the largest is next, and those alike in the order of asking. Everybody takes the key's place first and one of the whole second,
 * so nobody who waits for the key keeps others from the whole.
 *
 * @throws `TRANSFER_OPTION_INVALID`
 */
export function createAdmission(options: AdmissionOptions = {}): Admission {
  let { perKey, small, whole } = readLimits(options)
  const all = createSlots(whole)
  const queues = new Map<string, Queue>()

  const enter = (key: string): Queue => {
    const queue = queues.get(key) ?? { slots: createSlots(perKey, small.perKey), users: 0 }
    queues.set(key, queue)
    queue.users += 1
    return queue
  }
  const leave = (key: string, queue: Queue): void => {
    queue.users -= 1
    if (queue.users === 0) queues.delete(key)
  }

  const setLimits = (next: AdmissionOptions): void => {
    ;({ perKey, small, whole } = readLimits(next))
    all.setLimit(whole)
    for (const { slots } of queues.values()) slots.setLimit(perKey, small.perKey)
  }
  const admit: Admit = async (key, { signal, onWait, size } = {}) => {
    signal?.throwIfAborted()
    const queue = enter(key)
    const places: Slot[] = []
    const release = (): void => {
      if (places.length === 0) return
      for (const place of places.splice(0).toReversed()) place.release()
      leave(key, queue)
    }
    let told = false
    try {
      for (const slots of [queue.slots, all]) {
        const place = slots.request(size, (size ?? 0) <= small.upTo)
        places.push(place)
        if (!place.held && !told) {
          told = true
          onWait?.()
        }
        await granted(place, signal)
      }
    } catch (error) {
      release()
      throw error
    }
    return Object.assign(release, {
      lend: () => places.forEach((place) => place.lend()),
      lendWhole: () => places.at(-1)?.lend(),
      takeBack: () => places.forEach((place) => place.takeBack()),
    })
  }
  return Object.assign(admit, { setLimits })
}

function readLimits({ perKey = 3, small = { perKey, upTo: 0 }, whole = 4 * perKey }: AdmissionOptions): {
  readonly perKey: number
  readonly small: { readonly perKey: number; readonly upTo: number }
  readonly whole: number
} {
  atLeastOne('perKey', perKey)
  atLeastOne('small.perKey', small.perKey)
  atLeastOne('whole', whole)
  return { perKey, small: { ...small, perKey: Math.max(perKey, small.perKey) }, whole }
}

async function granted(place: Slot, signal: AbortSignal | undefined): Promise<void> {
  const onAbort = (): void => place.cancel(signal?.reason)
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    await place.granted
    // It may fire in the turn in which the place is given, when there is nothing to cancel any more.
    signal?.throwIfAborted()
  } finally {
    signal?.removeEventListener('abort', onAbort)
  }
}
