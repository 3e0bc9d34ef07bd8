import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { faultyFileSystem, type Operation, unsyncedFileSystem } from '@lading/content-store/testing'
import { isLadingError } from '@lading/errors'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { atScale } from '../../../test/support/scale.ts'
import { openStore, type Store } from '../src/index.ts'
import { consult, type Findings } from './oracle.ts'
import { bury } from './support/bury.ts'
import { changes, namesOfOther, other } from './support/changes.ts'
import { linux } from './support/image.ts'
import { pull } from './support/pull.ts'

// Every way to end a change of the store half way: an error at the Nth step, or nothing after the Nth step, as when the
// process is killed. Whatever N is, the law holds, earlier images are whole, and the same change works the next time.

/** Those that change what is on disk: between two of them a killed process always leaves the same. A failing `write` writes half. */
const changing = new Set<Operation>(['mkdir', 'rename', 'link', 'unlink', 'removeTree', 'write', 'truncate', 'chmod'])

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lading-cut-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

describe.each(changes)('$title', (change) => {
  const { title, names } = change
  const fs = unsyncedFileSystem()
  const isNew = title.includes('new root')
  const expected = isNew ? names : { ...names, ...namesOfOther }
  const open = (root: string, through = fs): Promise<Store> =>
    openStore({ root, fs: through, workers: 0, platform: linux('amd64') })

  const copy = async (label: string): Promise<string> => {
    const root = join(directory, `${title} ${label}`)
    await cp(join(directory, title), root, { recursive: true, preserveTimestamps: true }).catch(() => {})
    return root
  }

  let steps: readonly Operation[]
  let whole: Findings
  beforeAll(async () => {
    const store = await open(join(directory, title))
    if (!isNew) await pull(store, 'other:1', other)
    await change.prepare(store)
    const root = await copy('whole')
    const watched = faultyFileSystem(fs)
    await change.run(await open(root, watched))
    steps = watched.calls.map(({ operation }) => operation)
    whole = consult(root)
  })

  it('keeps the law when nothing fails', () => {
    expect(whole).toMatchObject({ violations: [], names: expected })
  })

  async function cutAt(nth: number, forGood: boolean): Promise<void> {
    const root = await copy(`${nth} ${String(forGood)}`)
    const before = consult(root)
    const victim = await open(root, faultyFileSystem(fs, [{ nth, errno: 'ENOSPC', forGood }])).catch(() => undefined)
    const answer =
      victim === undefined
        ? 'failed'
        : await change.run(victim).then(
            () => 'done',
            () => 'failed',
          )

    const after = consult(root, { afterCrash: true })
    expect(after.violations).toEqual([])
    // What reported success must be there; otherwise a name is what it was or what it shall be.
    expectEitherOf(after.names, answer === 'done' ? expected : before.names, expected)

    await bury(root)
    const store = await open(root)
    const damaged: unknown[] = []
    await store.images({ onDamaged: (damage) => damaged.push(damage) })
    expect(damaged).toEqual([])
    await change.run(store).catch((error: unknown) => {
      // What was to be removed is gone already.
      if (!isLadingError(error, 'IMAGE_UNKNOWN')) throw error
    })
    expect(consult(root, { afterCrash: true })).toMatchObject({ violations: [], names: expected })

    // Nothing stays behind for ever: the next removal takes what this one left.
    if (!isNew) await store.remove('other:1')
    const end: Findings = consult(root, { afterCrash: true })
    expect(end).toMatchObject({ violations: [], names })
    expect(end.blobs).toEqual(end.reached)
    await store.close()
    await rm(root, { recursive: true })
  }

  it.each([
    ['fails', false, () => true, atScale(53, 1)],
    ['is the last', true, (operation: Operation) => changing.has(operation), atScale(13, 1)],
  ])(
    'keeps the law when any step %s',
    async (_, forGood, counts, stride) => {
      const points = steps
        .flatMap((operation, at) => (counts(operation) ? [{ nth: at + 1, operation }] : []))
        .filter((_point, at) => at % stride === 0)
      expect(points.length).toBeGreaterThan(1)
      for (const { nth, operation } of points) {
        await cutAt(nth, forGood).catch((error: unknown) => {
          throw new Error(`${title}: step ${nth} of ${steps.length}, ${operation}`, { cause: error })
        })
      }
    },
    900_000,
  )
})

/** A name is what it was or what it shall be, and none is lost that both have. */
function expectEitherOf(names: Findings['names'], before: Findings['names'], after: Findings['names']): void {
  for (const name of new Set([...Object.keys(names), ...Object.keys(before), ...Object.keys(after)]))
    expect([before[name], after[name]]).toContain(names[name])
}
