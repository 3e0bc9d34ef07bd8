import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { atScale } from '../../../test/support/scale.ts'
import { consult } from './oracle.ts'
import { testRoot, type TestRoot } from './support/root.ts'

const run = promisify(execFile)
const writer = fileURLToPath(new URL('support/writer.ts', import.meta.url))

let root: TestRoot
beforeEach(async () => {
  root = await testRoot()
})
afterEach(() => root.end())

describe('processes that write to one root at once', () => {
  it('lose no name, and nothing that a name reaches', async () => {
    const writers = atScale(2, 8)
    const rounds = atScale(5, 40)
    const names = Array.from({ length: writers }, (_, n) => `writer${n}`)
    await Promise.all(names.map((name) => run(process.execPath, ['--conditions=@lading/source', writer, root.path, name, String(rounds)])))
    const found = consult(root.path)
    expect(found.violations).toEqual([])
    const tags = Object.keys(found.names).filter((name) => !name.includes('@'))
    const expected = names.flatMap((name) => Array.from({ length: rounds }, (_, n) => [`docker.io/common/${name}:${n}`, `docker.io/library/${name}:${n}`]).flat())
    expect(tags.toSorted()).toEqual(expected.toSorted())
    expect(found.blobs).toEqual(found.reached)
    expect(await (await root.open()).images()).toHaveLength(expected.length)
  }, 600_000)
})
