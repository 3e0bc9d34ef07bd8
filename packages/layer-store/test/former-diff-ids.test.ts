import { fileRecords, nodeFileSystem } from '@lading/content-store'
import { digestOf } from '@lading/digest/hash'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { formerDiffIds } from '../src/former-diff-ids.ts'

const blob = (name: string): ReturnType<typeof digestOf> => digestOf(new TextEncoder().encode(name))
const inside = { diffId: blob('tar'), size: 7 }

it('forgets those first that were set aside first', async () => {
  const root = await mkdtemp(join(tmpdir(), 'lading-former-'))
  onTestFinished(() => rm(root, { recursive: true }))
  const open = fileRecords({ root, fs: nodeFileSystem() })
  const former = formerDiffIds(open, 3)
  const add = (...names: string[]): Promise<void> => former.add(new Map(names.map((name) => [blob(name), inside])))
  await add('a', 'b')
  await add('c')
  // Removed once more: it is the latest.
  await add('a')
  await add('d')
  const left = async (one: typeof former): Promise<string[]> => {
    const found: string[] = []
    for (const name of ['a', 'b', 'c', 'd']) if ((await one.recall(blob(name))) !== undefined) found.push(name)
    return found
  }
  expect(await left(former)).toEqual(['a', 'c', 'd'])
  expect(await left(formerDiffIds(open))).toEqual(['a', 'c', 'd'])
})
