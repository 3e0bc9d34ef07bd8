import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { openOutputFile } from '../src/index.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'lading-output-'))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  return path
}

it('takes bytes back, goes on from there, and has its name when it is finished', async () => {
  const directory = await folder()
  const path = join(directory, 'out')
  const file = await openOutputFile(path)
  await file.write(bytes('all wrong'))
  await file.truncate?.(4)
  await file.write(bytes('right'))
  expect(await readdir(directory)).not.toContain('out')
  await file.finish()
  await file.abort()
  expect(await readFile(path, 'utf8')).toBe('all right')
  expect(await readdir(directory)).toEqual(['out'])
})

it('leaves what was there when it is given up, or cannot be finished', async () => {
  const directory = await folder()
  await writeFile(join(directory, 'out'), 'before')
  const file = await openOutputFile(join(directory, 'out'))
  await file.write(bytes('after'))
  await file.abort()
  await file.abort()
  const over = await openOutputFile(directory)
  await expect(over.finish()).rejects.toMatchObject({ code: 'OUTPUT_FAILED', facts: { path: directory } })
  await over.abort()
  expect(await readdir(directory)).toEqual(['out'])
  expect(await readFile(join(directory, 'out'), 'utf8')).toBe('before')
})

it('writes a device through, which takes nothing back', async () => {
  const file = await openOutputFile('/dev/null')
  expect(file.truncate).toBeUndefined()
  await file.write(bytes('gone'))
  await file.finish()
  await file.abort()
})
