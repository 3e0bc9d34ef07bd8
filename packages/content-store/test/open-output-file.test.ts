import { execFileSync } from 'node:child_process'
import { constants } from 'node:fs'
import {
  mkdir,
  mkdtemp,
  open,
  readFile,
  readdir,
  rm,
  rmdir,
  stat,
  utimes,
  writeFile,
  type FileHandle,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { openOutputFile, writeOutputFile } from '../src/index.ts'

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
  const over = await openOutputFile(join(directory, 'new'))
  await mkdir(join(directory, 'new'))
  await expect(over.finish()).rejects.toMatchObject({ code: 'OUTPUT_FAILED', facts: { path: join(directory, 'new') } })
  await over.abort()
  await rmdir(join(directory, 'new'))
  expect(await readdir(directory)).toEqual(['out'])
  expect(await readFile(join(directory, 'out'), 'utf8')).toBe('before')
})

it('says of a directory that it is one before anything is written', async () => {
  const directory = await folder()
  const hint = expect.stringContaining('give the name of a file') as string
  await expect(openOutputFile(directory)).rejects.toMatchObject({ code: 'OUTPUT_FAILED', hint })
  expect(await readdir(directory)).toEqual([])
})

it('removes what a killed process left of the same file long ago, and nothing else', async () => {
  const directory = await folder()
  const hex = '0123456789ab'
  const old = [`.out.${hex}.part`, `.out.${hex}.parts`, `.outer.${hex}.part`, `.out.${hex}`, 'out', '.out.part']
  for (const name of old) {
    await writeFile(join(directory, name), 'x')
    await utimes(join(directory, name), 1, 1)
  }
  await writeFile(join(directory, `.out.${hex.replace('0', '9')}.part`), 'of one that runs')
  await writeOutputFile(join(directory, 'out'), (write) => write(bytes('new')))
  expect((await readdir(directory)).toSorted()).toEqual(
    [...old.slice(1), `.out.${hex.replace('0', '9')}.part`].toSorted(),
  )
})

it.runIf(process.platform === 'linux')('leaves what a process that runs has not written to for hours', async () => {
  const directory = await folder()
  const path = join(directory, 'out')
  const waiting = await openOutputFile(path)
  const [left = ''] = await readdir(directory)
  await utimes(join(directory, left), 1, 1)
  // As another process had it, with the same number.
  const before = left.replace(/-([0-9]+)\.part$/, '-1$1.part')
  await writeFile(join(directory, before), 'x')
  await utimes(join(directory, before), 1, 1)
  await writeOutputFile(path, (write) => write(bytes('new')))
  expect((await readdir(directory)).toSorted()).toEqual([left, 'out'])
  await waiting.write(bytes('late'))
  await waiting.finish()
  expect(await readFile(path, 'utf8')).toBe('late')
})

it('touches what waits for its next bytes, for those who do not see its process', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  const directory = await folder()
  const waiting = await openOutputFile(join(directory, 'out'))
  const [left = ''] = await readdir(directory)
  const part = join(directory, left)
  await utimes(part, 1, 1)
  vi.advanceTimersByTime(30 * 60_000)
  await vi.waitFor(async () => expect((await stat(part)).mtimeMs).toBeGreaterThan(Date.now() - 60_000))
  await waiting.abort()
  expect(vi.getTimerCount()).toBe(0)
})

it('writes and sweeps beside names that are as long as a file system allows, in whatever letters', async () => {
  for (const name of ['a'.repeat(255), '層'.repeat(85), `${'a'.repeat(99)}${'𠮷'.repeat(39)}`]) {
    const directory = await folder()
    const opened = await openOutputFile(join(directory, name))
    const [left = ''] = await readdir(directory)
    const killed = left.replace(/-([0-9]+)\.part$/, '-1$1.part')
    await opened.abort()
    await writeFile(join(directory, killed), 'x')
    await utimes(join(directory, killed), 1, 1)
    await writeOutputFile(join(directory, name), (write) => write(bytes('new')))
    expect(await readdir(directory)).toEqual([name])
  }
})

it('writes a device through, which takes nothing back', async () => {
  const file = await openOutputFile('/dev/null')
  expect(file.truncate).toBeUndefined()
  await file.write(bytes('gone'))
  await file.finish()
  await file.abort()
})

describe.skipIf(process.platform === 'win32')('a named pipe', () => {
  const reason = new Error('enough')

  async function pipe(): Promise<{ readonly path: string; readonly read: () => Promise<FileHandle> }> {
    const path = join(await folder(), 'pipe')
    execFileSync('sh', ['-c', 'mkfifo "$0"', path])
    return { path, read: () => open(path, constants.O_RDONLY | constants.O_NONBLOCK) }
  }

  it('is written once somebody reads it, and takes nothing back', async () => {
    const { path, read } = await pipe()
    const opening = openOutputFile(path)
    const reader = await read()
    const file = await opening
    expect(file.truncate).toBeUndefined()
    await file.write(bytes('one '))
    await file.write(bytes('two'))
    await file.finish()
    await file.abort()
    expect(await reader.readFile('utf8')).toBe('one two')
    await reader.close()
  })

  it('is an error when its reader goes, and no wait for another one', async () => {
    const { path, read } = await pipe()
    const reader = await read()
    const file = await openOutputFile(path)
    await reader.close()
    for (let time = 0; time < 2; time++)
      await expect(file.write(bytes('x'))).rejects.toMatchObject({
        code: 'OUTPUT_FAILED',
        hint: expect.stringContaining('ended before') as unknown,
      })
    await file.abort()
  })

  it('is waited for no longer than the signal says, before there is a reader and while it takes nothing', async () => {
    const { path, read } = await pipe()
    const before = new AbortController()
    const opening = openOutputFile(path, { signal: before.signal })
    before.abort(reason)
    await expect(opening).rejects.toBe(reason)
    const reader = await read()
    const during = new AbortController()
    const file = await openOutputFile(path, { signal: during.signal })
    const writing = file.write(new Uint8Array(4 * 1024 * 1024))
    during.abort(reason)
    await expect(writing).rejects.toBe(reason)
    await file.abort()
    await reader.close()
  })
})
