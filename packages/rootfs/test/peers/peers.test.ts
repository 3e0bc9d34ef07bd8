import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unpack } from '@lading/rootfs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startDockerd, type Dockerd } from '../../../../test/support/dockerd.ts'
import { enlarged, needs, root } from '../../../../test/support/needs.ts'
import { differences, recordTree, type Difference } from './differences.ts'
import { explanations, refusals, type Explanation, type Peer } from './explained.ts'
import { images, madeByTar } from './images.ts'
import { writeLayout, type Layout } from './layout.ts'
import { byDocker, byPodman, byTar, byUmoci, giveImage, unbindPodman, type MadeTree } from './programs.ts'

/** Those whose layers take nothing away, so that GNU tar makes a tree of them, too. */
const forTar = ['attributes', 'sparse', 'sparse-gnu', 'machine']
const tags = [...Object.keys(images), 'sparse', 'sparse-gnu', 'machine']

const explains = (one: Explanation, tag: string, peer: Peer, difference: Difference): boolean =>
  one.peers.includes(peer) &&
  one.images.test(tag) &&
  one.path.test(difference.path) &&
  one.fields.includes(difference.field) &&
  one.fits?.(difference) !== false

async function attempt(make: () => MadeTree | Promise<MadeTree>): Promise<{ made?: MadeTree; said: string }> {
  try {
    return { made: await make(), said: '' }
  } catch (error) {
    return { said: String(error) }
  }
}

describe(
  'the trees of other programs',
  needs('umoci', 'podman', 'skopeo', 'docker', 'dockerd', 'tar', 'python3', root, enlarged),
  () => {
    let scratch: string
    let layout: Layout
    let dockerd: Dockerd
    const used = new Set<unknown>()

    beforeAll(async () => {
      scratch = mkdtempSync(join(tmpdir(), 'lading-peers-'))
      for (const name of ['made', 'layout', 'docker']) mkdirSync(join(scratch, name))
      layout = writeLayout(join(scratch, 'layout'), { ...images, ...madeByTar(join(scratch, 'made')) })
      dockerd = await startDockerd(join(scratch, 'docker'), { storageDriver: 'overlay2' })
    })
    afterAll(async () => {
      await dockerd.close()
      unbindPodman(scratch)
      rmSync(scratch, { recursive: true, force: true })
    })

    it.each(tags)('of %s are ours, or it is known why not', async (tag) => {
      const mine = join(scratch, `ours-${tag}`)
      await unpack(layout.image(tag), mine, { devices: true })
      const ours = recordTree(mine)
      const given = giveImage(layout.directory, tag, scratch)
      const makers: Partial<Record<Peer, () => MadeTree | Promise<MadeTree>>> = {
        umoci: () => byUmoci(given, scratch),
        podman: () => byPodman(given, scratch),
        docker: () => byDocker(dockerd, given, scratch),
        ...(forTar.includes(tag) ? { tar: () => byTar(layout.layers(tag), scratch) } : {}),
      }
      const found = new Map<Peer, readonly Difference[]>()
      for (const [peer, make] of Object.entries(makers) as [Peer, () => MadeTree | Promise<MadeTree>][]) {
        const refusal = refusals.find(({ peers, image }) => image === tag && peers.includes(peer))
        const { made, said } = await attempt(make)
        const isExpected = refusal === undefined ? made !== undefined : refusal.says.test(said)
        expect({ peer, said, isExpected }).toEqual({ peer, said, isExpected: true })
        if (refusal !== undefined) used.add(refusal)
        if (made === undefined) continue
        found.set(peer, differences(ours, recordTree(made.directory)))
        made.remove()
      }
      for (const [peer, all] of found)
        for (const difference of all) {
          const explanation = explanations.find((one) => explains(one, tag, peer, difference))
          expect({ peer, difference, explained: explanation !== undefined }).toEqual({
            peer,
            difference,
            explained: true,
          })
          used.add(explanation)
          if (explanation?.chosen !== undefined) continue
          const { path, field } = difference
          const same = (other: Difference): boolean => other.path === path && other.field === field
          const agree = [...found].filter(([, others]) => !others.some(same))
          expect({ peer, difference, agree: agree.length > 0 }).toEqual({ peer, difference, agree: true })
        }
      expect(found.size, 'some program has made a tree').toBeGreaterThan(0)
    })

    it('differ from ours in all that is explained, and nothing is explained that is not so', () => {
      expect([...explanations, ...refusals].filter((one) => !used.has(one)).map(({ why }) => why)).toEqual([])
    })
  },
)
