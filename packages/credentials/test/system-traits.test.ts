import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemTraits } from '../src/system-traits.ts'

describe('the traits of this system', () => {
  let directory: string
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lading-traits-'))
  })
  afterAll(() => rm(directory, { recursive: true, force: true }))

  it('hasModeBits', async () => {
    const file = join(directory, 'secret')
    await writeFile(file, '')
    await chmod(file, 0o600)
    expect(((await stat(file)).mode & 0o777) === 0o600).toBe(systemTraits().hasModeBits)
  })

  it('hasProcessGroups', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' })
    const ended = once(child, 'exit')
    let works = true
    try {
      process.kill(-(child.pid ?? 0), 'SIGKILL')
    } catch {
      works = false
      child.kill('SIGKILL')
    }
    await ended
    expect(works).toBe(systemTraits().hasProcessGroups)
  })

  it('programSuffix', () => expect(process.execPath.endsWith(systemTraits().programSuffix)).toBe(true))

  it('variablesHaveCase', () => expect(process.env['path'] === undefined).toBe(systemTraits().variablesHaveCase))

  it.each([
    ['linux', '.netrc', false],
    ['darwin', '.netrc', true],
    ['win32', '_netrc', true],
  ])('places on %s', (platform, netrcName, loginsInHome) =>
    expect(systemTraits(platform)).toMatchObject({ netrcName, loginsInHome }),
  )
})
