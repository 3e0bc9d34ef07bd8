import { randomUUID } from 'node:crypto'
import type { AbortOptions } from '@lading/clock'
import type { Objects } from '../objects.ts'
import type { S3Objects } from './create-s3-objects.ts'
import { S3Error } from './s3-error.ts'

/** So many race for one key. */
const writers = 16

export interface CheckEngineOptions extends AbortOptions {
  /** For messages: the place, as users name it. */
  readonly root: string
}

/**
 * Whether a store may rest on an engine: one of many that create the same key at once has it, through one gateway or
 * several; what was written is read, listed and removed everywhere at once; nothing gets a version.
 * What it writes below `check/` it removes.
 *
 * @throws S3Error `S3_UNSUITABLE`, with what the engine or the bucket does instead
 */
export async function checkEngine(objects: S3Objects, { root, signal }: CheckEngineOptions): Promise<void> {
  if (await objects.isVersioned({ signal }))
    throw unsuitable(root, 'the bucket keeps versions, so removed objects still take space', {
      hint: 'use a bucket that never had versioning; one with suspended versioning keeps them too',
    })
  const trial = `check/${randomUUID()}`
  const { gateways } = objects
  try {
    for (const [at, gateway] of gateways.entries()) await race([gateway], `${trial}/${at}`, { root, signal })
    if (gateways.length > 1) await race(gateways, `${trial}/all`, { root, signal })
    await assertSeen(objects, `${trial}/seen`, { root, signal })
  } finally {
    await sweep(objects, trial)
  }
}

async function race(through: readonly Objects[], key: string, { root, signal }: CheckEngineOptions): Promise<void> {
  const racers = through.flatMap((objects) => Array.from({ length: writers }, () => objects))
  const bodies = racers.map((_, at) => new TextEncoder().encode(`writer ${at}`))
  const won = await Promise.all(
    racers.map((objects, at) => objects.create(key, bodies[at] ?? new Uint8Array(), { signal })),
  )
  const winners = won.flatMap((each, at) => (each === 'created' ? [at] : []))
  if (winners.length !== 1)
    throw unsuitable(
      root,
      `${winners.length} of ${racers.length} writers created the same key, but only one may: the engine ignores If-None-Match`,
    )
  const [first = 0] = winners
  for (const objects of through) {
    const kept = await objects.get(key, { signal })
    if (kept === undefined || Buffer.compare(kept, bodies[first] ?? new Uint8Array()) !== 0)
      throw unsuitable(root, 'the engine does not return what the first writer wrote')
    if ((await objects.create(key, new Uint8Array(), { signal })) === 'created')
      throw unsuitable(root, 'an existing key was created again: the engine ignores If-None-Match')
  }
}

/** Every change is seen through every gateway at once. */
async function assertSeen({ gateways }: S3Objects, trial: string, { root, signal }: CheckEngineOptions): Promise<void> {
  const seenBy = async (objects: Objects, key: string): Promise<boolean> => {
    for await (const each of objects.list(`${trial}/`, { signal })) if (each.key === key) return true
    return false
  }
  for (const [at, writer] of gateways.entries()) {
    const key = `${trial}/${at}`
    await writer.put(key, new Uint8Array(1), { signal })
    for (const reader of gateways)
      if ((await reader.stat(key, { signal }))?.size !== 1 || !(await seenBy(reader, key)))
        throw unsuitable(root, 'a written object is not visible at once')
    await writer.remove(key, { signal })
    for (const reader of gateways)
      if ((await reader.stat(key, { signal })) !== undefined || (await seenBy(reader, key)))
        throw unsuitable(root, 'a removed object is still visible')
  }
}

/** What is left of a trial harms nobody. */
async function sweep(objects: Objects, trial: string): Promise<void> {
  try {
    for await (const { key } of objects.list(`${trial}/`)) await objects.remove(key)
  } catch {
    return
  }
}

const unsuitable = (
  root: string,
  because: string,
  { hint = 'use an engine with conditional PutObject: Amazon S3, Ceph, MinIO' }: { readonly hint?: string } = {},
): S3Error => new S3Error('S3_UNSUITABLE', `${root} cannot hold a store: ${because}`, { hint })
