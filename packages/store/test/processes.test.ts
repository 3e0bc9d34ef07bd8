import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { atScale } from '../../../test/support/scale.ts'
import { consult } from './oracle.ts'
import { testRoot, type TestRoot } from './support/root.ts'

const writer = fileURLToPath(new URL('support/writer.ts', import.meta.url))

let root: TestRoot
beforeEach(async () => {
  root = await testRoot()
})
afterEach(() => root.end())

const start = (name: string, rounds: number): ChildProcessByStdio<Writable, Readable, null> =>
  spawn(process.execPath, ['--conditions=@lading/source', writer, root.path, name, String(rounds)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })

describe('processes that write to one root at once', () => {
  it('lose no name, and nothing that a name reaches', async () => {
    const writers = atScale(2, 8)
    const rounds = atScale(8, 40)
    const names = Array.from({ length: writers }, (_, n) => `writer${n}`)
    const children = names.map((name) => start(name, rounds))
    await Promise.all(children.map((child) => once(child.stdout, 'data')))
    const codes = Promise.all(children.map(async (child) => (await once(child, 'exit')) as unknown))
    for (const child of children) child.stdin.write('go')
    expect(await codes).toEqual(names.map(() => [0, null]))
    const found = consult(root.path)
    expect(found.violations).toEqual([])
    const tags = Object.keys(found.names).filter((name) => !name.includes('@'))
    const expected = names.flatMap((name) =>
      Array.from({ length: rounds }, (_, n) => [
        `docker.io/common/${name}:${n}`,
        `docker.io/library/${name}:${n}`,
      ]).flat(),
    )
    expect(tags.toSorted()).toEqual(expected.toSorted())
    expect(found.blobs).toEqual(found.reached)
    expect(await (await root.open()).images()).toHaveLength(expected.length)
  }, 600_000)
})
