import { readdir } from 'node:fs/promises'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMemoryContent, type Source } from '@lading/content'
import { digestOf } from '@lading/digest/hash'
import { OCI_LAYER } from '@lading/manifest'
import { describe, expect, it, onTestFinished } from 'vitest'
import { archive, member } from '../../tar/test/support/build.ts'
import type { LayerFile } from '../src/layer-file.ts'
import { wholeLayer, type WholeLayerOptions } from '../src/whole-layer.ts'

const body = 'a body that is larger than what is kept in memory'
const layer = archive(
  member({ name: 'large' }, `not this one: ${body}`),
  member({ name: 'other' }, 'other'),
  member({ name: 'large' }, body),
)

function opened(options: Partial<WholeLayerOptions> = {}): {
  readonly content: ReturnType<typeof wholeLayer>
  readonly reads: () => number
} {
  const source = createMemoryContent()
  const descriptor = source.put(OCI_LAYER, layer)
  let reads = 0
  const counted: Pick<Source, 'open'> = {
    open(...given) {
      reads++
      return source.open(...given)
    },
  }
  const how = { layer: 0, diffId: digestOf(layer), keepBytes: 10, ...options }
  return { content: wholeLayer(counted, descriptor, how), reads: () => reads }
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  let text = ''
  for await (const chunk of chunks) text += Buffer.from(chunk).toString()
  return text
}

function spool(): string {
  const directory = mkdtempSync(join(tmpdir(), 'lading-whole-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

describe('a body that is waited for and larger than memory has room for', () => {
  it.each<[what: string, directory: () => string | undefined, expected: number]>([
    ['is read with its layer, once, where a directory is given for it', spool, 1],
    ['is read with its layer a second time where none is', () => undefined, 2],
    ['is read with its layer a second time where there is none', () => '/nowhere/at/all', 2],
  ])('%s', async (_, directory, expected) => {
    const spoolDirectory = directory()
    const { content, reads } = opened({ spoolDirectory })
    const tree = await content.tree({ wanted: ['large'] })
    const file = tree.children?.get('large')?.file as LayerFile
    expect(await textOf(content.body(file))).toBe(body)
    expect(reads()).toBe(expected)
    expect(spoolDirectory === undefined ? [] : await readdir(spoolDirectory).catch(() => [])).toEqual([])
    // A file is gone when it was read.
    expect(await textOf(content.body(file))).toBe(body)
    expect(reads()).toBe(expected === 1 ? 2 : 3)
  })

  it('is given to nobody where its layer is not what the config says', async () => {
    const { content } = opened({ spoolDirectory: spool(), diffId: digestOf(new Uint8Array(1)) })
    await expect(content.tree({ wanted: ['large'] })).rejects.toMatchObject({ code: 'DIFF_ID_MISMATCH' })
  })
})
