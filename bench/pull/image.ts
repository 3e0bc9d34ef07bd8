import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { lstat, mkdir, opendir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'

export interface BenchBlob {
  readonly file: string
  readonly digest: string
  readonly size: number
}

export interface BenchImage {
  readonly manifest: string
  readonly config: BenchBlob
  readonly layers: readonly (BenchBlob & { readonly diffId: string; readonly uncompressed: number })[]
}

const layerCount = 4
const mostOfSmall = 128 * 1024
/** Real files, so that the mix of text and code, and with it the ratio, is a real image's. */
const sources = ['/usr', '/opt', '/var/lib', '/root', '/home']

/** How large an image is to be: at least so many bytes compressed, or so many files of at most 128 KiB. */
export type BenchSize = { readonly compressedBytes: number } | { readonly files: number }

/** An image in four gzip layers, from the machine's own files; made once per folder. */
export async function buildImage(folder: string, wanted: BenchSize): Promise<BenchImage> {
  const record = join(folder, `image-${'files' in wanted ? `${wanted.files}-files` : wanted.compressedBytes}.json`)
  if (existsSync(record)) return JSON.parse(await readFile(record, 'utf8')) as BenchImage
  await mkdir(folder, { recursive: true })
  const files = fileList()
  const layers: BenchImage['layers'][number][] = []
  // Two at a time: one for each core of a small machine. The lists are taken in order, since they share one walk.
  for (let index = 0; index < layerCount; index += 2) {
    const lists = [await take(files, wanted), await take(files, wanted)]
    layers.push(...(await Promise.all(lists.map((list, offset) => buildLayer(folder, index + offset, list)))))
  }
  // The walk stands in the middle of directories that are open.
  await files.return(undefined)
  const config = JSON.stringify({
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map((_, index) => ({ created_by: `bench layer ${index}` })),
  })
  const configFile = join(folder, 'config.json')
  await writeFile(configFile, config)
  const configBlob = {
    file: configFile,
    digest: `sha256:${createHash('sha256').update(config).digest('hex')}`,
    size: Buffer.byteLength(config),
  }
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: configBlob.digest, size: configBlob.size },
    layers: layers.map(({ digest, size }) => ({
      mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
      digest,
      size,
    })),
  })
  const image = { manifest, config: configBlob, layers }
  await writeFile(record, JSON.stringify(image))
  return image
}

/** Regular files below the sources, in the order the directories give them. */
async function* fileList(): AsyncGenerator<{ path: string; size: number }> {
  for (const source of sources) {
    if (existsSync(source)) yield* walk(source)
  }
}

async function* walk(directory: string): AsyncGenerator<{ path: string; size: number }> {
  let entries
  try {
    entries = await opendir(directory)
  } catch {
    return
  }
  for await (const entry of entries) {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) yield* walk(path)
    else if (entry.isFile() && !entry.name.includes('\n')) yield { path, size: (await lstat(path)).size }
  }
}

/** Enough files for one layer. A real root file system compresses to about a third. */
async function take(files: AsyncGenerator<{ path: string; size: number }>, wanted: BenchSize): Promise<string> {
  const paths: string[] = []
  let total = 0
  const enough = (): boolean =>
    'files' in wanted ? paths.length >= wanted.files / layerCount : total >= (wanted.compressedBytes / layerCount) * 3.2
  while (!enough()) {
    const next = await files.next()
    if (next.done === true)
      throw new Error(
        'this machine has too few files for the wanted size; choose a smaller one with LADING_BENCH_MB or LADING_BENCH_FILES',
      )
    if ('files' in wanted && next.value.size > mostOfSmall) continue
    paths.push(next.value.path)
    total += next.value.size
  }
  return paths.join('\n')
}

async function buildLayer(folder: string, index: number, list: string): Promise<BenchImage['layers'][number]> {
  const listFile = join(folder, `files-${index}.txt`)
  await writeFile(listFile, list)
  const file = join(folder, `layer-${index}.tar.gz`)
  const tar = spawn(
    'tar',
    ['--create', '--file=-', '--absolute-names', '--ignore-failed-read', '--warning=none', `--files-from=${listFile}`],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  )
  const inner = createHash('sha256')
  let uncompressed = 0
  tar.stdout.on('data', (chunk: Buffer) => {
    inner.update(chunk)
    uncompressed += chunk.length
  })
  await pipeline(tar.stdout, createGzip({ level: 6 }), createWriteStream(file))
  const outer = createHash('sha256')
  let size = 0
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    outer.update(chunk)
    size += chunk.length
  }
  return { file, digest: `sha256:${outer.digest('hex')}`, size, diffId: `sha256:${inner.digest('hex')}`, uncompressed }
}
