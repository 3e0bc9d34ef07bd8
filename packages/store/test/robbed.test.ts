import { cp, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { layoutOf } from '@lading/content-store'
import { faultyFileSystem, unsyncedFileSystem } from '@lading/content-store/testing'
import { isLadingError } from '@lading/errors'
import { parseReference } from '@lading/reference'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { atScale } from '../../../test/support/scale.ts'
import { openStore, type Store } from '../src/index.ts'
import { consult } from './oracle.ts'
import { image, linux } from './support/image.ts'
import { pull } from './support/pull.ts'

// A process of another container that was stopped while it held the lock, longer than anybody waits: another one took the
// lock, did something and let it go. Then the first goes on, wherever it stood.

const app = image(['base', 'app'])
const other = image(['base', 'other'])
const fs = unsyncedFileSystem()
const open = (root: string, through = fs): Promise<Store> =>
  openStore({ root, fs: through, workers: 0, platform: linux('amd64') })

interface Change {
  readonly what: string
  run(store: Store): Promise<unknown>
  /** What is there once it has said that it is done. */
  readonly name?: string | undefined
}

const changes: readonly Change[] = [
  { what: 'a removal', run: (store) => store.remove('app:1') },
  { what: 'a pull', run: (store) => pull(store, 'new:1', app), name: 'docker.io/library/new:1' },
  {
    what: 'a tag',
    run: (store) => store.tag('other:1', parseReference('mine:1')),
    name: 'docker.io/library/mine:1',
  },
]
const meanwhile: readonly Change[] = [
  { what: 'the image was pulled', run: (store) => pull(store, 'fresh:1', app), name: 'docker.io/library/fresh:1' },
  { what: 'the image was removed', run: (store) => store.remove('app:1') },
]

let directory: string
let prepared: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lading-robbed-'))
  prepared = join(directory, 'prepared')
  const store = await open(prepared)
  await pull(store, 'app:1', app)
  await pull(store, 'other:1', other)
  await store.close()
})
afterAll(() => rm(directory, { recursive: true, force: true }))

/** The change, stopped before its `nth` step since it has the lock; `false`: it has not so many. */
async function stoppedAt(nth: number, change: Change, robber: Change): Promise<boolean> {
  const root = await mkdtemp(join(directory, 'root-'))
  await cp(prepared, root, { recursive: true, preserveTimestamps: true })
  const { lock } = layoutOf(root)
  // By another path: for this process, it is another store.
  const alias = `${root}-alias`
  await symlink(root, alias)
  let steps = 0
  let has = false
  let robbed = false
  const victim = await open(
    root,
    faultyFileSystem(fs, [], {
      async before({ operation, path }) {
        if (operation === 'link' && path === lock) has = true
        else if (operation === 'unlink' && path === lock) has = false
        if (!has || robbed || steps++ < nth) return
        robbed = true
        await fs.unlink(lock)
        const store = await open(alias)
        await robber.run(store)
        await store.close()
      },
    }),
  )
  const done = await change.run(victim).then(
    () => true,
    (error: unknown) => {
      if (!isLadingError(error)) throw error
      return false
    },
  )
  await victim.close()
  const { violations, names } = consult(root, { afterCrash: true })
  expect({ violations, names: Object.keys(names) }).toEqual({
    violations: [],
    names: expect.arrayContaining(
      [robbed ? robber.name : undefined, done ? change.name : undefined].filter((name) => name !== undefined),
    ) as string[],
  })
  await rm(root, { recursive: true })
  return robbed
}

describe.each(changes)('$what that stood still at any step under the lock, and lost it', (change) => {
  it.each(meanwhile)('keeps the law when $what', async (robber) => {
    let steps = 0
    for (let nth = 0; ; nth += atScale(29, 1)) {
      const robbed = await stoppedAt(nth, change, robber).catch((error: unknown) => {
        throw new Error(`stopped at step ${nth}`, { cause: error })
      })
      if (!robbed) break
      steps++
    }
    expect(steps).toBeGreaterThan(0)
  })
})
