import { printable } from '@lading/errors'
import { ContentError } from './content-error.ts'
import type { FileSystem } from './file-system.ts'
import { reachedFormat, stepsFrom, type ReachedFormat, type StoreFormat } from './format.ts'
import type { StoreLayout } from './layout.ts'
import { createLock, type Held, type Lock } from './lock.ts'
import { moveAway } from './place.ts'
import { writeFileDurably } from './write-file-durably.ts'

interface Root {
  readonly fs: FileSystem
  readonly layout: StoreLayout
  readonly format: StoreFormat
}

/**
 * Brings a root of an older format to this one, in place. First `upgrading` says which format was reached, then
 * `version` says the new one, so that older Ladings refuse the root from then on; then step by step, each of which is
 * told in `upgrading`; and that goes last. Whoever is killed on the way is followed by one who goes on there.
 *
 * @throws `FORMAT_OUTDATED` where there is no way; `LOCK_TIMEOUT`, `LOCK_LOST`; what the disk reports
 */
export async function upgradeRoot({ fs, layout, format }: Root): Promise<void> {
  const write = (path: string, version: number, { assert, fence }: Held): Promise<void> =>
    writeFileDurably(fs, path, new TextEncoder().encode(`${version}\n`), { alone: true, before: assert, fence })
  await createLock({ fs, path: layout.lock }).hold(async (held) => {
    // Another process may have done it while this one waited.
    const reached = await reachedFormat(fs, layout, format)
    if (reached === undefined || isReached(reached, format)) return
    const steps = stepsFrom(reached, format, layout)
    await write(layout.upgrading, reached.version, held)
    await write(layout.version, format.version, held)
    for (const step of steps) {
      await held.assert()
      await step.run({ fs, layout, held })
      await write(layout.upgrading, step.to, held)
    }
    await moveAway(fs, layout.trash, layout.upgrading, { assertHeld: held.assert, fence: held.fence })
    await fs.syncDirectory(layout.own)
  })
}

export const isReached = ({ version, isUpgrading }: ReachedFormat, format: StoreFormat): boolean =>
  version === format.version && !isUpgrading

/** @throws `FORMAT_OUTDATED` for a root that has to be upgraded before it can be read */
export function assertReadable(reached: ReachedFormat, format: StoreFormat, layout: StoreLayout): void {
  const { root } = layout
  if (stepsFrom(reached, format, layout).every(({ readable }) => readable)) return
  const { version, isUpgrading } = reached
  throw new ContentError(
    'FORMAT_OUTDATED',
    isUpgrading
      ? `the store at ${printable(root)} is being upgraded from format ${version} to ${format.version}`
      : `the store at ${printable(root)} has format ${version}, and this version of Lading reads ${format.version}`,
    {
      path: root,
      expected: format.version,
      actual: version,
      hint: 'any command that changes the store upgrades it first, in place, for example lading check --repair; older versions of Lading cannot use it afterwards',
    },
  )
}

/**
 * A lock whose holders know that the format is still theirs: another process may have upgraded the root since this one
 * opened it.
 *
 * @throws `FORMAT_UNSUPPORTED` from `hold`, and then nothing was run
 */
export function lockOfFormat(lock: Lock, { fs, layout, format }: Root): Lock {
  return {
    hold: (run, options) =>
      lock.hold(async (held) => {
        await reachedFormat(fs, layout, format)
        return run(held)
      }, options),
  }
}
