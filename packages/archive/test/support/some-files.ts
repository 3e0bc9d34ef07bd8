import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { REF_NAME } from '../../src/annotations.ts'
import { blobPath } from '../../src/file-names.ts'
import { targetsOf, type Delivered } from './delivered.ts'

/** The files of an archive or a layout, by path. */
export type SomeFiles = ReadonlyMap<string, Uint8Array>

export const textBytes = (text: string): Uint8Array => new TextEncoder().encode(text)
export const jsonBytes = (value: unknown): Uint8Array => textBytes(JSON.stringify(value))

/** As an OCI image layout. */
export function layoutFiles(delivered: Delivered): SomeFiles {
  const files = new Map<string, Uint8Array>([['oci-layout', jsonBytes({ imageLayoutVersion: '1.0.0' })]])
  const documents = delivered.publications.flatMap((each) => each.documents)
  for (const { descriptor, bytes } of [...delivered.blobs, ...documents]) files.set(blobPath(descriptor.digest), bytes)
  const manifests = targetsOf(delivered).map(({ name, publication: { target } }) => ({
    ...target,
    ...(name === undefined ? {} : { annotations: { [REF_NAME]: name } }),
  }))
  return files.set('index.json', jsonBytes({ schemaVersion: 2, manifests }))
}

export async function writeFiles(directory: string, files: SomeFiles): Promise<void> {
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(directory, path)), { recursive: true })
    await writeFile(join(directory, path), bytes)
  }
}

export async function temporaryDirectory(): Promise<{ readonly path: string; readonly remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'lading-archive-'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}
