import { createHash } from 'node:crypto'
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import type { Digest } from '@lading/digest'
import { image, startTestRegistry, type ImageBuilder } from '@lading/test-registry'
import { describe, expect, it } from 'vitest'
import { atScale } from '../../../test/support/scale.ts'
import { runHere } from './support/run-here.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

const MiB = 1024 * 1024

/** A sparse disk image of so many times 32 MiB of zeros. */
function sparse(times: number): ImageBuilder {
  const zeros = Buffer.alloc(32 * MiB)
  const hash = createHash('sha256')
  for (let time = 0; time < times; time++) hash.update(zeros)
  const frame = zstdCompressSync(zeros)
  return image('t/sparse:1')
    .rawLayer(Buffer.concat(Array.from({ length: times }, () => frame)), { tar: new Uint8Array(0) })
    .diffIds([`sha256:${hash.digest('hex')}` as Digest])
}

const limits = [
  {
    what: '--max-layer-size bounds what a layer inflates to',
    layer: () => sparse(1),
    strict: ['--max-layer-size', '1M'],
    says: 'decompress to more than the limit of 1048576',
    hint: '--max-layer-size',
    trusting: [],
  },
  {
    what: '--max-inflation-ratio lets a sparse disk image through',
    layer: () => sparse(36),
    strict: [],
    says: 'decompress to more than the limit of 1073741824',
    hint: '--max-inflation-ratio',
    trusting: ['--max-inflation-ratio', '40000'],
  },
]

describe('a layer that inflates to more than is allowed', () => {
  // The second inflates 1 GiB twice.
  it.each(limits.slice(0, atScale(1, 2)))('$what', async ({ layer, strict, says, hint, trusting }) => {
    const root = await temporaryDirectory()
    await using registry = await startTestRegistry()
    await registry.seed(layer())
    const pull = (...options: string[]): ReturnType<typeof runHere> =>
      runHere(['pull', '-q', ...options, `${registry.host}/t/sparse:1`], { root })
    const refused = await pull(...strict)
    expect(refused.code, refused.stderr).toBe(6)
    expect(refused.stderr).toContain(says)
    expect(refused.stderr).toMatch(new RegExp(`^hint: if you trust this image, raise ${hint} `, 'm'))
    const taken = await pull(...trusting)
    expect(taken.code, taken.stderr).toBe(0)
  })

  it('is mended by check --repair within the bounds that it is given', async () => {
    const root = await temporaryDirectory()
    await using registry = await startTestRegistry()
    const app = await registry.seed(sparse(1))
    const run = (...words: string[]): ReturnType<typeof runHere> => runHere(words, { root })
    expect(await run('pull', '-q', `${registry.host}/t/sparse:1`)).toMatchObject({ code: 0 })
    const [layer] = app.layers
    const path = join(root, 'blobs', layer?.digest.replace(':', '/') ?? '')
    const repair = async (size: string): Promise<string> => {
      await chmod(path, 0o600)
      await writeFile(path, new Uint8Array(layer?.size ?? 0))
      return (await run('check', '--repair', '--max-layer-size', size)).stderr
    }
    expect(await repair('1M')).toContain('decompress to more than the limit of 1048576')
    expect(await repair('64M')).toBe('')
    expect(await run('check')).toMatchObject({ code: 0 })
  })

  it.each([
    ['--max-layer-size', 'huge'],
    ['--max-inflation-ratio', '0'],
  ])('%s %s is a wrong command line', async (option, value) => {
    const { code, stderr } = await runHere(['pull', option, value, 'registry.test/t/small:1'])
    expect(code).toBe(2)
    expect(stderr).toContain(option)
  })
})
