import { existsSync } from 'node:fs'
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { layoutOf } from '@lading/content-store'
import { faultyFileSystem, unsyncedFileSystem, type Operation } from '@lading/content-store/testing'
import { chainIdOf } from '@lading/digest/hash'
import { isLadingError } from '@lading/errors'
import { parseReference } from '@lading/reference'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { atScale } from '../../../test/support/scale.ts'
import { openStore, type Store } from '../src/index.ts'
import { consult } from './oracle.ts'
import { image, linux } from './support/image.ts'
import { pull } from './support/pull.ts'

// A process of another container that was stopped while it held the lock, longer than anybody waits: another one took the
// lock, did something and let it go. Then the first goes on, wherever it stood, or does that one step and is killed.

const app = image(['base', 'app'])
const other = image(['base', 'other'])
const unnamed = image(['base', 'unnamed'])
const fs = unsyncedFileSystem()
const open = (root: string, through = fs): Promise<Store> =>
  openStore({ root, fs: through, workers: 0, platform: linux('amd64') })

/** In the ordinary run, those that take something away or put something in its place. */
const counts = atScale<(operation: Operation) => boolean>(
  (operation: Operation) => operation === 'rename' || operation === 'link',
  () => true,
)

interface Change {
  readonly what: string
  run(store: Store): Promise<unknown>
  /** What is there once it has said that it is done. */
  readonly name?: string | undefined
}

const changes: readonly Change[] = [
  { what: 'a removal', run: (store) => store.remove('app:1') },
  { what: 'a pull', run: (store) => pull(store, 'new:1', app), name: 'docker.io/library/new:1' },
  { what: 'a first pull', run: (store) => pull(store, 'unnamed:1', unnamed), name: 'docker.io/library/unnamed:1' },
  {
    what: 'a tag',
    run: (store) => store.tag('other:1', parseReference('mine:1')),
    name: 'docker.io/library/mine:1',
  },
]
const meanwhile: readonly Change[] = [
  { what: 'the image was pulled', run: (store) => pull(store, 'fresh:1', app), name: 'docker.io/library/fresh:1' },
  { what: 'the image was removed', run: (store) => store.remove('app:1') },
  {
    // Which writes no names.
    what: 'was pruned what no name needs',
    async run(store) {
      await rm(layoutOf(store.root).leases, { recursive: true, force: true })
      await store.prune({ minAgeMs: 0 })
    },
  },
]

const recordsOfApp = [
  join('images', app.id.replace(':', '/')),
  ...app.diffIds.map((_, at) => join('layers', (chainIdOf(app.diffIds.slice(0, at + 1)) ?? '').replace(':', '/'))),
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

/**
 * The change, stopped before its `nth` step since it has the lock, and killed after it or not; `false`: it has not so many.
 * What is killed cannot be told from here that it ended: every call of it fails from then on.
 */
async function stoppedAt(nth: number, isKilled: boolean, change: Change, robber: Change): Promise<boolean> {
  const root = await mkdtemp(join(directory, 'root-'))
  await cp(prepared, root, { recursive: true, preserveTimestamps: true })
  const { lock } = layoutOf(root)
  // By another path: for this process, it is another store.
  const alias = `${root}-alias`
  await symlink(root, alias)
  let steps = 0
  let has = false
  let robbing: Promise<void> | undefined
  const rob = async (): Promise<void> => {
    await fs.unlink(lock)
    const store = await open(alias)
    await robber.run(store)
    await store.close()
  }
  const victim = await open(
    root,
    faultyFileSystem(fs, [], {
      async before({ operation, path }) {
        if (robbing !== undefined && isKilled) {
          await robbing
          throw new Error('killed')
        }
        if (operation === 'link' && path === lock) has = true
        else if (operation === 'unlink' && path === lock) has = false
        if (!has || robbing !== undefined || !counts(operation) || steps++ < nth) return
        robbing = rob()
        await robbing
      },
    }),
  )
  const done = await change.run(victim).then(
    () => true,
    (error: unknown) => {
      if (!isLadingError(error) && !(robbing !== undefined && isKilled)) throw error
      return false
    },
  )
  await victim.close().catch(() => {})
  const robbed = robbing !== undefined
  // A removal takes nothing of what the other one has written since.
  const written = robbed && change.name === undefined && robber.name !== undefined ? recordsOfApp : []
  const lost = written.filter((record) => !existsSync(join(root, 'lading', record)))
  const { violations, names } = consult(root, { afterCrash: true })
  expect({ violations, lost, names: Object.keys(names) }).toEqual({
    violations: [],
    lost: [],
    names: expect.arrayContaining(
      [robbed ? robber.name : undefined, done ? change.name : undefined].filter((name) => name !== undefined),
    ) as string[],
  })
  await rm(root, { recursive: true, maxRetries: 5 })
  return robbed
}

describe.each(changes)('$what that stood still at any step under the lock, and lost it', (change) => {
  // Each step with half of what may happen meanwhile, and what may happen at every second step.
  it.each(
    meanwhile.flatMap((robber, at) => [
      { what: robber.what, robber, first: 1 + (at % 2), isKilled: false, then: 'goes on' },
      { what: robber.what, robber, first: 2 - (at % 2), isKilled: true, then: 'is killed after that step' },
    ]),
  )('keeps the law when $what and it $then', async ({ robber, first, isKilled }) => {
    let steps = 0
    for (let nth = atScale(1, first); ; nth += atScale(3, 2)) {
      const robbed = await stoppedAt(nth, isKilled, change, robber).catch((error: unknown) => {
        throw new Error(`stopped at step ${nth}`, { cause: error })
      })
      if (!robbed) break
      steps++
    }
    expect(steps).toBeGreaterThan(0)
  })
})
