import { expect, it } from 'vitest'
import { memoryObjects } from '../../src/memory/index.ts'
import { objectNotes } from '../../src/records/object-notes.ts'

const bytes = new TextEncoder().encode('note')

async function keysOf(keys: AsyncIterable<string>): Promise<readonly string[]> {
  const found: string[] = []
  for await (const key of keys) found.push(key)
  return found
}

it('keeps notes by key, and lists those below a prefix of whole segments', async () => {
  const objects = memoryObjects()
  const notes = objectNotes(objects)
  for (const key of ['a/b', 'a/c.d', 'ab/c', 'x']) await notes.put(key, bytes)
  expect(await keysOf(notes.keys('a'))).toEqual(['a/b', 'a/c.d'])
  expect(await keysOf(notes.keys(''))).toEqual(['a/b', 'a/c.d', 'ab/c', 'x'])
  expect(await notes.get('ab/c')).toEqual(bytes)
  expect(await notes.remove('ab/c')).toBe(true)
  expect(await notes.remove('ab/c')).toBe(false)
  expect(await notes.get('ab/c')).toBeUndefined()
})

it('takes nothing else for a key', async () => {
  const notes = objectNotes(memoryObjects())
  for (const key of ['', '.', '../x', 'a//b', 'A', 'a/'])
    await expect((async () => notes.put(key, bytes))()).rejects.toMatchObject({ code: 'KEY_INVALID' })
})
