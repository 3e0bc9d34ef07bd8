import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { openArchive } from '@lading/archive'
import { testContent } from '@lading/content/compliance'
import { describe, it } from 'vitest'
import { atScale } from '../../../../test/support/scale.ts'
import { writtenPlace, type Delivered } from '../support/delivered.ts'
import { archiveOf, dockerFiles } from '../support/some-archive.ts'
import { layoutFiles, temporaryDirectory, type SomeFiles } from '../support/some-files.ts'

interface Kind {
  readonly files: (delivered: Delivered) => SomeFiles
  readonly pack?: (bytes: Uint8Array) => Uint8Array
  readonly makesManifests?: true
}

const kinds: Readonly<Record<string, Kind>> = {
  'a docker-archive': { files: dockerFiles, makesManifests: true },
}

/** The same code is behind them and behind layout directories: in the ordinary run other tests hold what differs. */
const more: Readonly<Record<string, Kind>> = {
  'an oci-archive': { files: layoutFiles },
  'an oci-archive in gzip': { files: layoutFiles, pack: (bytes) => gzipSync(bytes) },
  'both in one': { files: (delivered) => new Map([...layoutFiles(delivered), ...dockerFiles(delivered)]) },
}

for (const [what, { files, pack = (bytes: Uint8Array) => bytes, makesManifests }] of Object.entries({
  ...kinds,
  ...atScale({}, more),
})) {
  describe(`${what} as a source`, () => {
    testContent(
      { describe, it },
      {
        async create() {
          const { path, remove } = await temporaryDirectory()
          const file = join(path, 'images.tar')
          const write = async (delivered: Delivered): Promise<void> =>
            writeFile(file, pack(await archiveOf(files(delivered))))
          await write({ blobs: [], publications: [] })
          return writtenPlace({
            write,
            open: () => openArchive(file, { spoolDirectory: path }),
            makesManifests,
            ...(what === 'an oci-archive' ? { damage: (digest) => damage(file, digest) } : {}),
            dispose: remove,
          })
        },
      },
    )
  })
}

/** The byte in the middle of a blob of 2000 or 3000 bytes, or of a manifest that begins its block. */
async function damage(file: string, digest: string): Promise<void> {
  const bytes = await readFile(file)
  const header = bytes.indexOf(`blobs/sha256/${digest.slice(7)}`)
  const at = header + 512 + 100
  bytes[at] = (bytes[at] ?? 0) ^ 1
  await writeFile(file, bytes)
}
