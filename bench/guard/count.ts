import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { image, startTestRegistry } from '@lading/test-registry'
import { builtCli } from '../support/lading.ts'
import { instructionsOf } from './instructions.ts'
import type { Counts } from './compare.ts'

/** What commands take, in millions of instructions beyond those of an empty Node. */
export async function countAll(cli: string = builtCli): Promise<Counts> {
  const home = await mkdtemp(join(tmpdir(), 'lading-guard-'))
  // The store's path is in what is hashed and printed: one of the same length each time.
  const root = join(home, 'root')
  const registry = await startTestRegistry()
  try {
    await registry.seed(
      image('guard/app:1')
        .platform('linux/amd64')
        .layer({ text: 'lading '.repeat(150_000) })
        .randomLayer(300_000, { seed: 1 })
        .randomLayer(2_000_000, { seed: 2 }),
    )
    const reference = `${registry.host}/guard/app:1`
    const millions = async (...args: readonly string[]): Promise<number> =>
      (await instructionsOf(args, { HOME: home, XDG_DATA_HOME: home })) / 1e6
    const empty = await millions('-e', '0')
    const lading = async (...args: readonly string[]): Promise<number> =>
      Math.round((await millions(cli, '--root', root, ...args)) - empty)
    const counts: Record<string, number> = {}
    counts['pull'] = await lading('pull', '-q', '--platform', 'linux/amd64', reference)
    counts['again'] = await lading('pull', '-q', '--platform', 'linux/amd64', reference)
    counts['images'] = await lading('images')
    const there = registry.repository('guard/app')
    for (const digest of there.manifests()) there.deleteManifest(digest)
    for (const digest of there.blobs()) there.deleteBlob(digest)
    counts['push'] = await lading('push', '-q', reference)
    return counts
  } finally {
    await registry.close()
    await rm(home, { recursive: true, force: true })
  }
}
