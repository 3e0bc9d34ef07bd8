import type { AbortOptions } from '@lading/clock'
import { ContentError } from '@lading/content-store'
import { printable } from '@lading/errors'
import { formatKey } from '../layout.ts'
import type { Objects } from '../objects.ts'
import { checkEngine } from './check-engine.ts'
import type { S3Objects } from './create-s3-objects.ts'

/** Of the keys and what is in them. Raised when an older Lading could misread it. */
const version = 1

export interface FormatOptions extends AbortOptions {
  /** For messages: the place, as users name it. */
  readonly root: string
}

/**
 * Whether a store is here.
 *
 * @throws ContentError `FORMAT_UNSUPPORTED` (a newer one), `ROOT_INVALID` (something else is in its place); S3Error
 */
export async function isStore(objects: Objects, { root, signal }: FormatOptions): Promise<boolean> {
  const bytes = await objects.get(formatKey, { signal })
  if (bytes === undefined) return false
  const found = versionIn(bytes)
  if (found === undefined)
    throw new ContentError(
      'ROOT_INVALID',
      `the object '${formatKey}' at ${printable(root)} does not belong to a store`,
      {
        path: root,
        hint: 'choose another prefix with --root',
      },
    )
  if (found > version)
    throw new ContentError(
      'FORMAT_UNSUPPORTED',
      `the store at ${printable(root)} has format ${found}; this version of Lading knows ${version}`,
      { path: root, expected: version, actual: found, hint: 'update Lading, or choose another prefix with --root' },
    )
  return true
}

/**
 * Makes a place a store, where it is none: checks the engine first.
 *
 * @throws what `checkEngine` and `isStore` throw
 */
export async function makeStore(objects: S3Objects, options: FormatOptions): Promise<void> {
  if (await isStore(objects, options)) return
  await checkEngine(objects, options)
  const text = JSON.stringify({ lading: 'content-store-s3', version, checked: new Date().toISOString() })
  // Somebody else may have been faster.
  const created = await objects.create(formatKey, new TextEncoder().encode(`${text}\n`), options)
  if (created === 'exists') await isStore(objects, options)
}

function versionIn(bytes: Uint8Array): number | undefined {
  try {
    const { lading, version: found } = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>
    return lading === 'content-store-s3' && typeof found === 'number' && Number.isSafeInteger(found) && found > 0
      ? found
      : undefined
  } catch {
    return undefined
  }
}
