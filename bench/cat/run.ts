// pnpm bench:cat: what one small file of a large image at a registry costs, in bytes and requests, with tables of contents
// and without, in the top layer and in the base. The image is made of random files of 30 kB.
// LADING_BENCH_MB (default 600), over four layers.
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMemoryContent, type MemoryContent } from '@lading/content'
import { image, startTestRegistry } from '@lading/test-registry'
import { putLayer, type Layer } from '../../packages/image/test/support/layers.ts'
import { putTocLayer } from '../../packages/image/test/support/toc-layers.ts'
import { measure } from '../support/measure.ts'
import { cli } from '../support/lading.ts'
import * as settings from '../support/settings.ts'
import { say } from '../support/settings.ts'

const layers = 4
const fileBytes = 30_000
const filesPerLayer = Math.ceil((settings.megabytes(600) * 1e6) / layers / fileBytes)

type Kind = 'gzip' | 'eStargz' | 'zstd:chunked'

async function layerOf(content: MemoryContent, kind: Kind, index: number): Promise<Layer> {
  const entries = Array.from({ length: filesPerLayer }, (_, file) => ({
    name: `layer-${index}/${Math.floor(file / 100)}/${file}`,
    body: new Uint8Array(randomBytes(fileBytes)),
  }))
  if (kind === 'gzip') return putLayer(content, entries, 'gzip')
  return putTocLayer(content, entries, { kind: kind === 'eStargz' ? 'stargz' : kind })
}

async function bench(kind: Kind, root: string): Promise<void> {
  const registry = await startTestRegistry()
  try {
    let builder = image('bench/cat:1').platform('linux/amd64')
    const diffIds: Layer['diffId'][] = []
    let size = 0
    for (let index = 0; index < layers; index++) {
      const content = createMemoryContent()
      const { descriptor, diffId } = await layerOf(content, kind, index)
      const chunks: Uint8Array[] = []
      for await (const chunk of content.open(descriptor)) chunks.push(chunk)
      const { mediaType, annotations } = descriptor
      builder = builder.rawLayer(Buffer.concat(chunks), { mediaType, annotations })
      diffIds.push(diffId)
      size += descriptor.size
    }
    await registry.seed(builder.diffIds(diffIds))
    for (const [where, path] of [
      ['top layer', `layer-${layers - 1}/1/123`],
      ['base layer', 'layer-0/1/123'],
    ] as const) {
      registry.journal.clear()
      const args = ['cat', '--root', root, '--platform', 'linux/amd64', `${registry.host}/bench/cat:1`, path]
      const { wall, peak } = await measure(process.execPath, [...cli, ...args])
      const { entries } = registry.journal
      const bytes = entries.reduce((sum, { bytesSent }) => sum + bytesSent, 0)
      const share = ((100 * bytes) / size).toFixed(2)
      say(
        `| ${kind} | ${where} | ${(bytes / 1e6).toFixed(2)} MB | ${share} % | ${entries.length} | ${wall.toFixed(1)} s | ${Math.round(peak)} MiB |`,
      )
    }
  } finally {
    await registry.close()
  }
}

const root = await mkdtemp(join(tmpdir(), 'lading-bench-cat-'))
try {
  say(`One file of 30 kB of an image of ${layers} layers with ${layers * filesPerLayer} files.\n`)
  say('| layers | file in | bytes | of the image | requests | wall | peak memory |')
  say('|---|---|---|---|---|---|---|')
  for (const kind of ['gzip', 'eStargz', 'zstd:chunked'] as const) await bench(kind, root)
} finally {
  await rm(root, { recursive: true, force: true })
}
