import { printable } from '@lading/errors'
import { ContentError } from './content-error.ts'
import type { FileSystem } from './file-system.ts'
import type { StoreLayout } from './layout.ts'
import type { Held } from './lock.ts'

/** The form of what is below `lading/`, and how older forms become this one. */
export interface StoreFormat {
  /** Raised when an older Lading could misread it. */
  readonly version: number
  /** From one version to the next, each once, oldest first. */
  readonly steps: readonly FormatStep[]
}

/** From the version before it to `to`. */
export interface FormatStep {
  readonly to: number
  /** Whether a Lading of format `to` can read a root of the version before it, and one that is half-way. */
  readonly readable: boolean
  /**
   * Changes the files of a root, under the store's lock. It may be killed anywhere, and is then run again from its start
   * on what it left, also when it was done. What it writes is on the disk when it resolves. What it replaces or removes goes
   * through `held.fence`, so that one that stood still changes nothing once another one has begun.
   */
  run(root: { readonly fs: FileSystem; readonly layout: StoreLayout; readonly held: Held }): Promise<void>
}

/** Today's. */
export const storeFormat: StoreFormat = { version: 1, steps: [] }

/** Where a root is on the way to a format. */
export interface ReachedFormat {
  readonly version: number
  /** An upgrade was begun and has not ended. */
  readonly isUpgrading: boolean
}

/**
 * The format that a root has reached. `undefined`: none is written there.
 *
 * @throws `ROOT_INVALID`, `FORMAT_UNSUPPORTED` (a newer one)
 */
export async function reachedFormat(
  fs: FileSystem,
  layout: StoreLayout,
  format: StoreFormat,
): Promise<ReachedFormat | undefined> {
  const written = await readVersion(fs, layout.version, format)
  if (written === undefined) return undefined
  if (written > format.version) throw newerFormat(layout, written, format)
  const reached = format.steps.length === 0 ? undefined : await readVersion(fs, layout.upgrading, format)
  return { version: reached ?? written, isUpgrading: reached !== undefined }
}

/** The steps from what was reached. @throws `FORMAT_OUTDATED` where there is no way */
export function stepsFrom(
  { version }: ReachedFormat,
  format: StoreFormat,
  { root }: StoreLayout,
): readonly FormatStep[] {
  const steps = format.steps.filter(({ to }) => to > version)
  if (steps.length === format.version - version) return steps
  throw new ContentError(
    'FORMAT_OUTDATED',
    `the store at ${printable(root)} has format ${version}, which is too old for this version of Lading to upgrade to ${format.version}`,
    {
      path: root,
      expected: format.version,
      actual: version,
      hint: 'upgrade it with an earlier version of Lading first, or choose another directory with --root',
    },
  )
}

async function readVersion(fs: FileSystem, path: string, format: StoreFormat): Promise<number | undefined> {
  const bytes = await fs.readFile(path, { maxBytes: 64 * 1024 })
  if (bytes === undefined || bytes.every((byte) => byte === 0)) return undefined
  const written = new TextDecoder().decode(bytes).trim()
  if (/^[1-9][0-9]{0,8}$/.test(written)) return Number(written)
  throw new ContentError(
    'ROOT_INVALID',
    `${printable(path)} does not contain a version number: ${printable(written, 100)}`,
    {
      path,
      hint: `choose another directory with --root, or write ${format.version} to the file if the store is yours`,
    },
  )
}

function newerFormat({ root, version: path }: StoreLayout, written: number, format: StoreFormat): ContentError {
  return new ContentError(
    'FORMAT_UNSUPPORTED',
    `the store at ${printable(root)} has format ${written}; this version of Lading knows ${format.version}`,
    {
      path,
      expected: format.version,
      actual: written,
      hint: 'update Lading, or choose another directory with --root',
    },
  )
}
