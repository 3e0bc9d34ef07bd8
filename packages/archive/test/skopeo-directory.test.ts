import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createImageDirectory, createLayout, openImageDirectory } from '@lading/archive'
import { sendBytes, type Target } from '@lading/content'
import { digestOf } from '@lading/digest/hash'
import { OCI_CONFIG, OCI_INDEX, OCI_LAYER, OCI_MANIFEST } from '@lading/manifest'
import { describe, expect, it, onTestFinished } from 'vitest'
import { enlarged, needs } from '../../../test/support/needs.ts'
import { pathOf } from '../../../test/support/real-parts.ts'
import { descriptorOf, indexOf, testImage } from './support/some-image.ts'
import { temporaryDirectory } from './support/some-files.ts'

const images = [testImage('one'), testImage('two', ['of two'], { os: 'linux', architecture: 'arm64' })]
const index = indexOf(...images)

async function deliver(target: Target, name: string): Promise<void> {
  const delivery = await target.begin()
  for (const { config, layers } of images)
    for (const [mediaType, bytes] of [
      [OCI_CONFIG, config] as const,
      ...layers.map((each) => [OCI_LAYER, each] as const),
    ]) {
      const descriptor = descriptorOf(bytes, mediaType)
      const receiver = await delivery.receive(descriptor)
      if (typeof receiver === 'string') continue
      await sendBytes({ descriptor, bytes }, receiver, { source: 'the test' })
      await receiver.commit()
    }
  const root = { descriptor: descriptorOf(index, OCI_INDEX), bytes: index }
  const documents = images.map(({ manifest: bytes }) => ({ descriptor: descriptorOf(bytes, OCI_MANIFEST), bytes }))
  await delivery.publish({ target: root.descriptor, names: [name], documents: [...documents, root] })
  await delivery.finish()
}

async function filesOf(directory: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {}
  for (const name of (await readdir(directory)).toSorted())
    files[name] = await readFile(join(directory, name), 'base64')
  return files
}

describe('skopeo', needs('skopeo', enlarged), () => {
  it('reads a directory with an index, and writes the same files', async () => {
    const { path, remove } = await temporaryDirectory()
    onTestFinished(remove)
    const skopeo = (from: string, to: string): Promise<unknown> =>
      promisify(execFile)(pathOf('skopeo'), ['--insecure-policy', 'copy', '-q', '--all', from, to])
    const [ours, theirs, layout] = [join(path, 'ours'), join(path, 'theirs'), join(path, 'layout')]
    await deliver(createImageDirectory(ours), '')
    await deliver(createLayout(layout), '1')
    await skopeo(`oci:${layout}:1`, `dir:${theirs}`)
    expect(await filesOf(theirs)).toEqual(await filesOf(ours))
    await skopeo(`dir:${ours}`, `oci:${join(path, 'again')}:1`)
    const source = await openImageDirectory(theirs)
    expect((await source.resolve('')).digest).toBe(digestOf(index))
  })
})
