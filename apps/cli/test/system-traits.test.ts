import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { statfs } from 'node:fs/promises'
import { constants } from 'node:os'
import { parse } from 'node:path'
import { describe, expect, it } from 'vitest'
import { systemTraits } from '../src/process/system-traits.ts'

describe('the traits of this system', () => {
  it('hasBreak', () => expect('SIGBREAK' in constants.signals).toBe(systemTraits().hasBreak))

  it('suspends', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
    const ended = once(child, 'exit')
    let works = true
    try {
      works = child.kill('SIGSTOP')
    } catch {
      works = false
    }
    child.kill('SIGKILL')
    const [, signal] = await ended
    expect(works && signal === 'SIGKILL').toBe(systemTraits().suspends)
  })

  it('numbersFileSystems', async () => {
    const proc = await statfs('/proc').catch(() => undefined)
    expect(proc?.type === 0x9fa0).toBe(systemTraits().numbersFileSystems)
  })

  it('hasDrives', () => expect(/^[a-z]:/i.test(parse(process.cwd()).root)).toBe(systemTraits().hasDrives))
})
