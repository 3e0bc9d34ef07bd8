import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { layoutOf } from '@lading/content-store'
import { createPuller } from '@lading/distribution'
import { unsyncedFileSystem } from '@lading/content-store/testing'
import { openStore, type Finding, type Store } from '@lading/store'
import { image, startTestRegistry } from '@lading/test-registry'
import { createRandom, type Random } from '../../fuzz/random.ts'
import { consult } from '../../packages/store/test/oracle.ts'
import { flipOneBit } from './flip.ts'
import { kinds, targetsIn } from './targets.ts'

export interface RotRun {
  /** Files in which a bit is flipped, over all kinds. */
  readonly count: number
  readonly seed: number
  readonly say: (line: string) => void
}

/**
 * One bit in each of many files, kind after kind and then in all of them at once: `check` finds each and accuses no other
 * file, and after its repairs and the pulls that it asks for each file is again what it was.
 */
export async function runRot({ count, seed, say }: RotRun): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'lading-rot-'))
  const registry = await startTestRegistry()
  const random = createRandom(seed)
  try {
    const root = join(folder, 'root')
    const store = await openStore({ root, fs: unsyncedFileSystem(), workers: 0 })
    const puller = await createPuller({ store })
    const references: string[] = []
    for (let number = 0; number < count / kinds.length; number++) {
      references.push(`${registry.host}/t/app${number}:1`)
      await registry.seed(image(`t/app${number}:1`).layer({ number: String(number) }))
      await puller.pull(`${registry.host}/t/app${number}:1`, { platform: 'linux/amd64' })
    }
    const targets = await targetsIn(root)
    const scene = { root, store, puller, references, random }
    let [flipped, right] = [0, true]
    for (const [label, paths] of [
      ...kinds.map((kind) => [kind, targets[kind]] as const),
      ['all of them', Object.values(targets).flat()] as const,
    ]) {
      const { found, accused, healed } = await rotAndHeal(paths, scene)
      say(`${label}: ${paths.length} flipped, ${found} found, ${healed} healed, ${accused.length} others accused`)
      for (const other of accused.slice(0, 5)) say(`  accused: ${other}`)
      if (label !== 'all of them') flipped += paths.length
      right &&= found === paths.length && healed === paths.length && accused.length === 0
    }
    const { violations } = consult(root)
    for (const what of violations) say(`  ${what}`)
    await puller.close()
    await store.close()
    say(
      `${flipped} files, one bit in each, seed ${seed}: ${right ? 'all found, all healed' : 'NOT all found and healed'}`,
    )
    return right && violations.length === 0 && flipped >= count
  } finally {
    await registry.close()
    await rm(folder, { recursive: true })
  }
}

interface RotScene {
  readonly root: string
  readonly store: Store
  readonly puller: Awaited<ReturnType<typeof createPuller>>
  readonly references: readonly string[]
  readonly random: Random
}

interface Rotten {
  /** Of the files with a flipped bit. */
  readonly found: number
  readonly healed: number
  /** Files that are as they were, and were found wrong. */
  readonly accused: readonly string[]
}

async function rotAndHeal(paths: readonly string[], scene: RotScene): Promise<Rotten> {
  const { root, store, random } = scene
  const before = new Map<string, Buffer>()
  for (const path of paths) {
    before.set(path, await readFile(path))
    await flipOneBit(path, random)
  }
  const { findings } = await store.check()
  const said = new Set(findings.flatMap((finding) => pathOf(finding, root) ?? []))
  await heal(scene)
  let healed = 0
  for (const [path, bytes] of before) if ((await readFile(path).catch(() => Buffer.alloc(0))).equals(bytes)) healed += 1
  const left = (await store.check()).findings
  return {
    found: paths.filter((path) => said.has(path)).length,
    healed: left.length === 0 ? healed : Math.min(healed, paths.length - left.length),
    accused: [...said].filter((path) => !before.has(path)),
  }
}

/**
 * As `check --repair` does: what needs no network, then the pulls that bring back what is bad. A record that says nothing
 * any more is forgotten by that, and `pull --verify-stored` makes it anew.
 */
async function heal({ store, puller, references }: RotScene): Promise<void> {
  const { findings } = await store.check({ repair: true })
  const asked = findings.flatMap((finding) =>
    'pulls' in finding ? finding.pulls.map(({ reference }) => reference) : [],
  )
  const pulls = new Set(findings.some(({ kind }) => kind === 'record-wrong') ? [...asked, ...references] : asked)
  for (const reference of pulls) await puller.pull(reference, { platform: 'linux/amd64', verifyStored: true })
}

function pathOf(finding: Finding, root: string): string | undefined {
  if ('path' in finding) return finding.path
  if (finding.kind !== 'record-wrong') return undefined
  const layout = layoutOf(root)
  const directory = { 'diff-ids': layout.diffIds, layers: layout.layers, images: layout.images }[finding.record]
  return join(directory, finding.digest.replace(':', '/'))
}
