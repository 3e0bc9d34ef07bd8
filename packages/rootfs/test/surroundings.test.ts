import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isLadingError } from '@lading/errors'
import { unpackLayers } from '@lading/rootfs'
import type { TarInput } from '@lading/tar'
import { describe, expect, it, onTestFinished } from 'vitest'
import { mounting, needs, root } from '../../../test/support/needs.ts'
import { compiled, oneFile } from '../../../test/support/one-file.ts'
import { atScale } from '../../../test/support/scale.ts'
import { killedLayers } from './support/killed-layers.ts'
import { file, layer } from './support/layers.ts'
import { scratch, treeOf } from './support/unpacked.ts'

const program = (name: string, ...args: string[]): string[] => [
  '--conditions=@lading/source',
  fileURLToPath(new URL(`support/${name}.ts`, import.meta.url)),
  ...args,
]

/** Of a fifo, nothing can be read. */
const namesOf = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' }).toSorted()

describe('a process that is killed', () => {
  it(
    'leaves the directory whole or absent, and the next one succeeds and clears away',
    { timeout: 1_200_000 },
    async () => {
      const killed = await oneFile(new URL('support/killed-unpack.ts', import.meta.url))
      const unpackIn = (folder: string, at: number): ReturnType<typeof spawnSync> =>
        spawnSync(process.execPath, [killed, join(folder, 'rootfs'), String(at)], {
          env: { ...process.env, ...compiled },
        })
      const first = scratch()
      const calls = Number(unpackIn(first, 0).stdout)
      expect(calls).toBeGreaterThan(100)
      const whole = namesOf(join(first, 'rootfs'))
      expect(whole).toEqual(expect.arrayContaining(['c', 'd/e/f', 'm/19', 'p']))
      const points = atScale(2, 200)
      for (let point = 0; point < points; point++) {
        // With what an earlier one made, and without.
        const folder = point % 2 === 0 ? scratch() : first
        const at = calls - Math.floor((point * calls) / points)
        expect(unpackIn(folder, at).signal, `call ${at}`).toBe('SIGKILL')
        const directory = join(folder, 'rootfs')
        expect(existsSync(directory) ? namesOf(directory) : whole, `call ${at}`).toEqual(whole)
        // Another process: this one.
        await unpackLayers(killedLayers, directory, { rootless: true, overwrite: true })
        expect(namesOf(directory)).toEqual(whole)
        expect(readdirSync(folder).toSorted(), `call ${at}`).toEqual(['rootfs', 'rootfs.lading.ndjson'])
      }
    },
  )
})

describe('a process that swaps directories for links', () => {
  it('leads nothing outside', async () => {
    const [folder, outside] = [scratch(), scratch()]
    writeFileSync(join(outside, 'canary'), 'untouched')
    mkdirSync(join(outside, 'b'))
    // Not what is below: what was led there may be links that lead in circles.
    const seen = (): unknown => [
      readdirSync(outside).slice(0, 10),
      ...['', 'canary', 'b'].map((name) => {
        const { ino, mode, uid, nlink, mtimeNs, ctimeNs } = lstatSync(join(outside, name), { bigint: true })
        return [ino, mode, uid, nlink, mtimeNs, ctimeNs]
      }),
    ]
    const before = seen()
    for (const where of ['early', 'late']) mkdirSync(join(folder, where))
    const attacker = spawn(process.execPath, program('swap-directories', folder, outside), {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void attacker.kill('SIGKILL'))
    const done = { swaps: 0 }
    await once(attacker.stdout, 'data')
    attacker.stdout.on('data', () => done.swaps++)
    // More directories than are kept open, one after the other and again.
    const round = (name: string): TarInput[] =>
      Array.from({ length: 200 }, (_, index) => file(`a/${index}/${name}`, 'x'))
    const hidden = Array.from({ length: 200 }, (_, index) => file(`a/${index}/.wh.canary`))
    const base = layer(...round('1'), ...round('2'), ...round('canary'))
    const top = [...hidden, ...round('b')]
    const fifos = Array.from({ length: 200 }, (_, index): TarInput => ({ name: `a/${index}/p`, type: 'fifo' }))
    const turns = [
      { layers: [base, layer(...top)], where: 'early' },
      { layers: [layer(...fifos)], where: 'late' },
    ] as const
    const end = Date.now() + atScale(1_000, 60_000)
    for (let index = 0; index < 4 || Date.now() < end || done.swaps === 0; index++) {
      const { layers, where } = turns[index % 2 === 0 ? 0 : 1]
      const error: unknown = await unpackLayers(layers, join(folder, where, String(index)), { rootless: true }).then(
        () => undefined,
        (reason: unknown) => reason,
      )
      expect(error === undefined || isLadingError(error)).toBe(true)
      expect(seen()).toEqual(before)
    }
  })
})

describe('a file system that is full', needs(root, mounting), () => {
  it('is told as that, and nothing stays', async () => {
    const mounted = scratch()
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', mounted])
    onTestFinished(() => void spawnSync('umount', [mounted]))
    const layers = [layer(file('small', 'x'), file('big', 'x'.repeat(2_000_000)))]
    await expect(unpackLayers(layers, join(mounted, 'rootfs'))).rejects.toMatchObject({ code: 'UNPACK_NO_SPACE' })
    expect(treeOf(mounted)).toEqual({})
    await unpackLayers([layer(file('small', 'x'))], join(mounted, 'rootfs'))
    expect(treeOf(join(mounted, 'rootfs'))).toEqual({ small: 'x' })
  })
})
