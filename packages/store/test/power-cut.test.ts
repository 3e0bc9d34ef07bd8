import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  afterPowerCut,
  recordingFileSystem,
  type RecordingFileSystem,
  unsyncedFileSystem,
} from '@lading/content-store/testing'
import { isLadingError } from '@lading/errors'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dice } from '../../../test/support/dice.ts'
import { atScale } from '../../../test/support/scale.ts'
import { openStore, type Store } from '../src/index.ts'
import { consult, type Findings } from './oracle.ts'
import { bury } from './support/bury.ts'
import { changes, namesOfOther, other } from './support/changes.ts'
import { linux } from './support/image.ts'
import { pull } from './support/pull.ts'

// The disk after a power cut at any step of a change, with any part lost of what nobody had synced. Whatever is lost,
// the law holds, what was whole before is whole, what was reported done is there, and the same change works again.

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lading-power-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

const fs = unsyncedFileSystem()
const open = (root: string, through = fs): Promise<Store> =>
  openStore({ root, fs: through, workers: 0, platform: linux('amd64') })

describe.each(changes)('$title', (change) => {
  const isNew = change.title.includes('new root')
  const expected = isNew ? change.names : { ...change.names, ...namesOfOther }
  let recorded: RecordingFileSystem
  let whole: Findings
  let before: Findings['names']

  beforeAll(async () => {
    const place = join(directory, change.title)
    await mkdir(place)
    const root = join(place, 'root')
    if (!isNew) {
      const store = await open(root)
      await pull(store, 'other:1', other)
      await change.prepare(store)
    }
    before = consult(root).names
    recorded = await recordingFileSystem(fs, place)
    await change.run(await open(root, recorded))
    whole = consult(root)
  })

  it('keeps the law when the power stays', () => {
    expect(whole).toMatchObject({ violations: [], names: expected })
  })

  it('leaves the law, and what was reported, whole', { timeout: 900_000 }, async () => {
    let state = 0
    const cuts = fc.record({
      // The end is where success has been reported.
      at: fc.oneof(
        { arbitrary: fc.nat({ max: recorded.log.length }), weight: 4 },
        { arbitrary: fc.constant(recorded.log.length), weight: 1 },
      ),
      random: dice(),
    })
    await fc.assert(
      fc.asyncProperty(cuts, async ({ at, random }) => {
        const place = join(directory, `${change.title} ${state++}`)
        await afterPowerCut(recorded, place, { at, random })
        const root = join(place, 'root')
        expectLaw(root, at === recorded.log.length)
        expect(await again(root)).toMatchObject({ violations: [], names: expected })
        await rm(place, { recursive: true })
      }),
      { numRuns: atScale(8, 400), endOnFailure: true },
    )
  })

  function expectLaw(root: string, reported: boolean): void {
    const { violations, names } = consult(root, { afterCrash: true })
    expect(violations).toEqual([])
    for (const name of new Set([...Object.keys(names), ...Object.keys(before), ...Object.keys(expected)])) {
      expect(reported ? [expected[name]] : [before[name], expected[name]]).toContain(names[name])
    }
  }

  /** The next start after the cut: nothing is damaged, and the same change goes through. */
  async function again(root: string): Promise<Findings> {
    await bury(root)
    const store = await open(root)
    await store.images({
      onDamaged: ({ reference, error }) => {
        throw new Error(`${reference} is damaged`, { cause: error })
      },
    })
    await change.run(store).catch((error: unknown) => {
      // What was to be removed is gone already.
      if (!isLadingError(error, 'IMAGE_UNKNOWN')) throw error
    })
    await store.close()
    return consult(root, { afterCrash: true })
  }
})
