import type { AbortOptions } from '@lading/clock'
import { mayPass } from '../objects-error.ts'
import type { Objects } from '../objects.ts'
import type { Ask, Created, ListedKey, Step } from './step.ts'

/** Where steps are taken. */
export interface Ground extends AbortOptions {
  readonly objects: Objects
  /** In milliseconds; never slower than the monotonic clock. See `ageingClock`. */
  readonly now: () => number
}

/** Takes the steps of the protocol at a store. */
export async function run<T>(step: Step<T>, ground: Ground): Promise<T> {
  let next = step.next()
  while (next.done !== true) {
    ground.signal?.throwIfAborted()
    next = step.next(await answer(next.value, ground))
  }
  return next.value
}

async function answer(asked: Ask, { objects, now, signal }: Ground): Promise<unknown> {
  if (asked.ask === 'now') return now()
  if (asked.ask === 'older') return now() - asked.since > asked.forMs
  if (asked.ask === 'remove') return objects.remove(asked.key, { signal })
  if (asked.ask === 'get') {
    const bytes = await objects.get(asked.key, { signal })
    return bytes && textOf(bytes)
  }
  if (asked.ask === 'list') {
    const listed: ListedKey[] = []
    for await (const each of objects.list(asked.prefix, { signal })) listed.push(each)
    return listed
  }
  try {
    return (await objects.create(asked.key, bytesOf(asked.body), { signal })) satisfies Created
  } catch (error) {
    if (mayPass(error)) return 'unclear' satisfies Created
    throw error
  }
}

/** A byte is a character, so that nothing is lost whatever the bytes are. */
export const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'))
export const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')
