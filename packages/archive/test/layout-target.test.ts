import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createLayout, openLayout } from '@lading/archive'
import { sendBytes } from '@lading/content'
import { testContent } from '@lading/content/compliance'
import { nodeFileSystem } from '@lading/content-store'
import { faultyFileSystem } from '@lading/content-store/testing'
import { LadingError } from '@lading/errors'
import { OCI_LAYER } from '@lading/manifest'
import { describe, expect, it, onTestFinished } from 'vitest'
import { descriptorOf } from './support/some-image.ts'
import { temporaryDirectory, textBytes } from './support/some-files.ts'

describe('an OCI layout directory as a target', () => {
  testContent(
    { describe, it },
    {
      async create() {
        const { path, remove } = await temporaryDirectory()
        const root = join(path, 'layout')
        await (await createLayout(root).begin()).abort()
        const open = async () => ({ source: await openLayout(root), target: createLayout(root) })
        return {
          ...(await open()),
          again: open,
          async damage(digest) {
            const file = join(root, 'blobs', ...digest.split(':'))
            const bytes = await readFile(file)
            bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
            await writeFile(file, bytes)
          },
          dispose: remove,
        }
      },
    },
  )
})

it.each(['CONTENT_UNKNOWN', 'NOT_FOUND', 'ARCHIVE_INVALID'])(
  'a look at a blob that is given up because of %s elsewhere is given up, and the blob is not called missing',
  async (code) => {
    const { path, remove } = await temporaryDirectory()
    onTestFinished(remove)
    const bytes = textBytes('a layer')
    const descriptor = descriptorOf(bytes, OCI_LAYER)
    const before = await createLayout(path).begin()
    const receiver = await before.receive(descriptor)
    if (typeof receiver === 'string') throw new Error('it is new')
    await sendBytes({ descriptor, bytes }, receiver, { source: 'here' })
    await receiver.commit()
    await before.finish()

    const giveUp = new AbortController()
    const reason = new LadingError(code, 'something else is not there')
    const atRead = ({ operation }: { readonly operation: string }): void => {
      if (operation === 'open') giveUp.abort(reason)
    }
    const delivery = await createLayout(path, {
      fs: faultyFileSystem(nodeFileSystem(), [], { before: atRead }),
    }).begin()
    await expect(delivery.has(descriptor, { signal: giveUp.signal })).rejects.toBe(reason)
    await expect(delivery.has(descriptor)).resolves.toBe(true)
    await delivery.abort()
  },
)
