import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { image, startTestRegistry } from '@lading/test-registry'
import { describe, expect, it } from 'vitest'
import { archiveOf } from '../../../packages/archive/test/support/some-archive.ts'
import { dockerArchive, testImage } from '../../../packages/archive/test/support/some-image.ts'
import { enlarged, needs } from '../../../test/support/needs.ts'
import { lading, start } from './support/lading.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

/** It takes longer than what needs no line. */
const slow = { bytesPerSecond: 1_000_000 }
const layer = image('a/app:1').randomLayer(1_500_000, { seed: 1 })

describe('commands that move bytes say how far they are', needs(enlarged), () => {
  it('blob knows the end, and sums up; with -q it says nothing', async () => {
    const folder = await temporaryDirectory()
    await using registry = await startTestRegistry(slow)
    const { layers } = await registry.seed(layer)
    const blob = (...options: string[]): ReturnType<typeof lading> =>
      lading(['blob', ...options, '-o', join(folder, 'blob'), `${registry.host}/a/app@${layers[0]?.digest}`])
    const told = await blob('--progress', 'tty')
    expect(told).toMatchObject({ code: 0 })
    expect(told.stderr).toMatch(/of 1\.50? MB/)
    expect(told.stderr).toMatch(/1\.50 MB in \d/)
    expect(await blob('--progress', 'tty', '-q')).toMatchObject({ code: 0, stderr: '' })
  })

  it('save counts what it writes', async () => {
    const folder = await temporaryDirectory()
    await using registry = await startTestRegistry(slow)
    await registry.seed(layer)
    const file = join(folder, 'a.tar')
    const told = await lading(['save', '--from-registry', '-o', file, '--progress', 'tty', `${registry.host}/a/app:1`])
    expect(told).toMatchObject({ code: 0 })
    expect(told.stderr).toMatch(/elapsed/)
    expect(told.stderr).toMatch(/1\.51 MB in \d/)
    expect((await readFile(file)).length).toBeGreaterThan(1_500_000)
  })

  it('load counts what comes through a pipe', async () => {
    const root = await temporaryDirectory()
    const archive = await archiveOf(dockerArchive([testImage('one'), 'app:1']))
    const { child, ended, said } = start(['--root', root, 'load', '--progress', 'tty'], { open: true })
    child.stdin?.write(archive.subarray(0, 1024))
    await said(/1\.02 kB, .*elapsed/)
    child.stdin?.end(archive.subarray(1024))
    expect(await ended).toMatchObject({ code: 0, stdout: 'Loaded image: app:1\n' })
  })
})
