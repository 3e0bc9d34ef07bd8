import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createFileNotes, layoutOf, nodeFileSystem, storeFiles, type Notes } from '@lading/content-store'
import { createMemory, memoryNotes } from '@lading/content-store/memory'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { temporaryDirectory } from './temporary-root.ts'

const fs = nodeFileSystem()
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const keysOf = async (notes: Notes, prefix = ''): Promise<readonly string[]> => {
  const found: string[] = []
  for await (const key of notes.keys(prefix)) found.push(key)
  return found.toSorted()
}

const engines: readonly (readonly [string, () => Promise<Notes>])[] = [
  ['in files', async () => createFileNotes({ fs, directory: join(await temporaryDirectory(), 'notes') })],
  ['in memory', async () => memoryNotes(createMemory())],
]

describe.each(engines)('notes %s', (_, open) => {
  it('are what was put last, whatever came before', async () => {
    const segment = fc.constantFrom('a', 'b.c', '_d', '9')
    const key = fc.array(segment, { minLength: 2, maxLength: 2 }).map((segments) => segments.join('/'))
    const change = fc.record({ key, text: fc.option(fc.string(), { nil: undefined }), durable: fc.boolean() })
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 12 }), async (changes) => {
        const notes = await open()
        const model = new Map<string, string>()
        for (const { key: at, text, durable } of changes) {
          const had = model.has(at)
          if (text === undefined) model.delete(at)
          else model.set(at, text)
          const changed = text === undefined ? notes.remove(at) : notes.put(at, bytesOf(text), { durable })
          expect(await changed).toBe(text === undefined ? had : undefined)
        }
        expect(await keysOf(notes)).toEqual([...model.keys()].toSorted())
        expect(await keysOf(notes, 'a')).toEqual([...model.keys()].filter((at) => at.startsWith('a/')).toSorted())
        for (const [at, text] of model) expect(await notes.get(at)).toEqual(bytesOf(text))
      }),
      { numRuns: 20 },
    )
  })

  it.each([
    '',
    '/',
    'a/',
    '/a',
    'a//b',
    '..',
    'a/../b',
    '.hidden',
    'A',
    'a b',
    'a\0b',
    'a\\b',
    `a.${'0'.repeat(16)}.tmp`,
  ])('refuse the key %j', async (key) => {
    const notes = await open()
    await expect(notes.get(key)).rejects.toMatchObject({ code: 'KEY_INVALID' })
    await expect(notes.put(key, bytesOf(''))).rejects.toMatchObject({ code: 'KEY_INVALID' })
    await expect(notes.remove(key)).rejects.toMatchObject({ code: 'KEY_INVALID' })
  })
})

describe('notes in files', () => {
  it('count what is in their place and is none as absent, and write nothing before the first one', async () => {
    const directory = join(await temporaryDirectory(), 'notes')
    const notes = createFileNotes({ fs, directory, maxBytes: 4 })
    expect(await notes.get('a/b')).toBeUndefined()
    expect(await notes.remove('a/b')).toBe(false)
    expect(await keysOf(notes)).toEqual([])
    await expect(readdir(directory)).rejects.toMatchObject({ code: 'ENOENT' })

    await mkdir(join(directory, 'a', 'directory'), { recursive: true })
    await writeFile(join(directory, 'a', 'long'), '12345')
    await writeFile(join(directory, 'a', `b.${'0'.repeat(16)}.tmp`), '')
    for (const key of ['a/directory', 'a/long', 'a/long/below']) expect(await notes.get(key)).toBeUndefined()
    expect(await keysOf(notes)).toEqual(['a/long'])
  })

  it('are known files of a store, and their neighbours are not', async () => {
    const root = await temporaryDirectory()
    const layout = layoutOf(root)
    await createFileNotes({ fs, directory: layout.serve }).put('tags/a', bytesOf('1'))
    await writeFile(join(layout.serve, 'tags', 'Other'), '')
    const roles = new Map<string, string>()
    for await (const { path, role } of storeFiles(fs, layout)) roles.set(path.slice(layout.serve.length + 1), role)
    expect(Object.fromEntries(roles)).toEqual({ 'tags/Other': 'stranger', 'tags/a': 'own' })
  })
})
