import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { needs, root } from '../../../../test/support/needs.ts'
import { atScale } from '../../../../test/support/scale.ts'
import { createCanaries, type Canaries } from './canaries.ts'
import { corpus } from './corpus.ts'
import { asOnDisk, modelOutcome, unpackedOutcome, type Outcome } from './outcomes.ts'
import type { Row } from './row.ts'
import { asViewed, exportedOutcome, viewOutcome } from './view-outcome.ts'
import { SMALL, sequence, sequences } from './sequences.ts'

// The way of the canaries' directory is in what some of them make.
const zone = mkdtempSync(join(tmpdir(), 'lading-hostile-'))
const topics = corpus(join(zone, 'outside'))
let canaries: Canaries

beforeAll(() => {
  canaries = createCanaries(zone)
})
afterAll(() => rmSync(zone, { recursive: true, force: true }))

const sorted = (outcome: Outcome): Outcome => (typeof outcome === 'string' ? outcome : outcome.toSorted())

/** Nothing, or the row and what became of it. */
function wrong({ what }: Row, expected: Outcome, actual: Outcome): readonly unknown[] {
  const [should, is] = [sorted(expected), sorted(actual)]
  return JSON.stringify(should) === JSON.stringify(is) ? [] : [{ what, should, is }]
}

/** All of them; every fourth in the ordinary run. */
const some = (rows: readonly Row[]): readonly Row[] => rows.filter((_row, index) => index % atScale(4, 1) === 0)

it('there are hundreds of hostile images, each told apart', () => {
  const rows = Object.values(topics).flat()
  expect(new Set(rows.map(({ what }) => what)).size).toBe(rows.length)
  expect(rows.length).toBeGreaterThanOrEqual(300)
})

describe.each(Object.entries(topics))('hostile images: %s', (_topic, rows) => {
  it('are refused or unpacked as they should be, and nothing outside changes', needs(root), async () => {
    for (const row of some(rows)) {
      const { what, layers, outcome, limits } = row
      const actual = await unpackedOutcome(layers, join(canaries.inside, 'root'), { limits })
      expect(wrong(row, outcome === 'whiteout' ? 'name' : asOnDisk(outcome), actual)).toEqual([])
      expect({ what, changes: canaries.changes() }).toEqual({ what, changes: [] })
    }
  })

  it('are to the model what they should be', async () => {
    for (const row of rows) {
      // Owners and limits are no business of the model.
      if (row.limits !== undefined || row.outcome === 'owner') continue
      expect(wrong(row, row.outcome, await modelOutcome(row.layers))).toEqual([])
    }
  })

  it('are to the merged view what they should be', async () => {
    for (const row of some(rows)) {
      // It applies no owners, and has limits of its own.
      if (row.limits !== undefined || row.outcome === 'owner') continue
      expect(wrong(row, asViewed(row.outcome), await viewOutcome(row.layers))).toEqual([])
    }
  })

  it('are exported as the merged view has them, under plain names', async () => {
    for (const row of some(rows)) {
      if (row.limits !== undefined || row.outcome === 'owner') continue
      const expected = asViewed(row.outcome)
      // An export says nothing of the root itself.
      const inside = typeof expected === 'string' ? expected : expected.filter((line) => !line.startsWith('d . '))
      expect(wrong(row, inside, await exportedOutcome(row.layers))).toEqual([])
    }
  })
})

describe('all images of up to four entries', () => {
  it(
    'are unpacked and shown as the model says, and nothing outside changes',
    { ...needs(root), timeout: 1_200_000 },
    async () => {
      const all = sequences(SMALL)
      const step = atScale(53, 1)
      for (let index = 0; index < all; index += step) {
        const layers = sequence(index, SMALL)
        const expected = await modelOutcome(layers, { times: true })
        const actual = await unpackedOutcome(layers, join(canaries.inside, 'root'), { times: true })
        expect({ index, outcome: actual }).toEqual({ index, outcome: expected })
        const view = await viewOutcome(layers, { times: true })
        // What an upper layer hides may lead nowhere: it is not looked for.
        const shown = expected === 'link' && typeof view !== 'string' ? view : asViewed(expected)
        expect({ index, view }).toEqual({ index, view: shown })
        expect(canaries.changes()).toEqual([])
      }
    },
  )
})
