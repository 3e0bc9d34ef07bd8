import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createWriteStream, existsSync } from 'node:fs'
import { lstat, opendir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { compressions, imageOf, kept, type BenchImage, type BenchLayer, type Compression } from './image.ts'

const mostOfSmall = 128 * 1024
/** Real files, so that the mix of text and code, and with it the ratio, is a real image's. */
const sources = ['/usr', '/opt', '/var/lib', '/root', '/home']

export interface MachineFiles {
  /** Default 4. */
  readonly layers?: number | undefined
  readonly compression?: Compression | undefined
  /** At least so many bytes compressed, or so many files of at most 128 KiB. */
  readonly size: { readonly compressedBytes: number } | { readonly files: number }
}

/** An image of this machine's own files; made once per folder. */
export const machineFiles = (
  folder: string,
  { layers: count = 4, compression = 'gzip', size }: MachineFiles,
): Promise<BenchImage> =>
  kept(folder, async () => {
    const files = fileList()
    const layers: BenchLayer[] = []
    const most =
      'files' in size
        ? { files: size.files / count }
        : { bytes: (size.compressedBytes / count) * compressions[compression].ratio }
    // Two at a time: one for each core of a small machine. The lists are taken in order, since they share one walk.
    for (let index = 0; index < count; index += 2) {
      const lists = [await take(files, most), ...(index + 1 < count ? [await take(files, most)] : [])]
      const built = lists.map((list, offset) => buildLayer(join(folder, String(index + offset)), list, compression))
      layers.push(...(await Promise.all(built)))
    }
    // The walk stands in the middle of directories that are open.
    await files.return(undefined)
    return imageOf(folder, layers, compression)
  })

interface File {
  readonly path: string
  readonly size: number
}

/** Regular files below the sources, in the order the directories give them, and from the start again after the last. */
async function* fileList(): AsyncGenerator<File> {
  for (;;) for (const source of sources) if (existsSync(source)) yield* walk(source)
}

async function* walk(directory: string): AsyncGenerator<File> {
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

/** Enough files for one layer. */
async function take(
  files: AsyncGenerator<File>,
  most: { readonly files: number } | { readonly bytes: number },
): Promise<string> {
  const paths: string[] = []
  let total = 0
  while ('files' in most ? paths.length < most.files : total < most.bytes) {
    const next = await files.next()
    if (next.done === true) break
    if ('files' in most && next.value.size > mostOfSmall) continue
    paths.push(next.value.path)
    total += next.value.size
  }
  return paths.join('\n')
}

async function buildLayer(file: string, list: string, compression: Compression): Promise<BenchLayer> {
  const listFile = `${file}.txt`
  await writeFile(listFile, list)
  const tar = spawn(
    'tar',
    ['--create', '--file=-', '--absolute-names', '--ignore-failed-read', '--warning=none', `--files-from=${listFile}`],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  )
  const [inner, outer] = [counted(), counted()]
  await pipeline(tar.stdout, inner.pass, compressions[compression].compress(), outer.pass, createWriteStream(file))
  return { file, digest: outer.digest(), size: outer.size(), diffId: inner.digest(), uncompressed: inner.size() }
}

function counted(): { readonly pass: Transform; digest(): string; size(): number } {
  const hash = createHash('sha256')
  let size = 0
  const pass = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      size += chunk.length
      done(null, chunk)
    },
  })
  return { pass, digest: () => `sha256:${hash.digest('hex')}`, size: () => size }
}
