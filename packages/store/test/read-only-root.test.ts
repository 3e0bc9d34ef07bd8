import { nodeFileSystem, type FileSystem } from '@lading/content-store'
import { faultyFileSystem, unsyncedFileSystem } from '@lading/content-store/testing'
import { parseReference } from '@lading/reference'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { documentOf, image, type TestImage } from './support/image.ts'
import { fetch, pull } from './support/pull.ts'
import { testRoot, type TestRoot } from './support/root.ts'

let root: TestRoot
beforeEach(async () => {
  root = await testRoot()
})
afterEach(() => root.end())

const app = image(['base', 'app'])
const other = image(['other'])

/** As a mount that cannot be written to, or a disk without a free block: files are read, and neither made nor changed. */
function readOnly(errno = 'EROFS'): FileSystem {
  const ofNothing = { nth: 1, errno, forGood: true } as const
  return faultyFileSystem(unsyncedFileSystem(nodeFileSystem()), [
    ...(['rename', 'link', 'unlink', 'removeTree', 'chmod', 'touch', 'write'] as const).map((operation) => ({
      operation,
      ...ofNothing,
    })),
    // Nothing that is here and read is called so.
    { operation: 'mkdir', path: /\/(leases|staging|ingest)\b/, ...ofNothing },
    { operation: 'open', path: /\.tmp$|\/lock$|\/leases\//, ...ofNothing },
  ])
}

async function deliver(target: TestImage, errno?: string): Promise<unknown> {
  const store = await root.open({ fs: readOnly(errno) })
  const delivery = await store.target().begin()
  try {
    const needed = [target.config, ...target.layers].map(({ descriptor }) => descriptor)
    for (const blob of needed) if (!(await delivery.has(blob))) await delivery.receive(blob)
    const document = documentOf(target)
    const names = [String(parseReference('app:1'))]
    return await delivery.publish({ target: document.descriptor, names, documents: [document] })
  } finally {
    await delivery.abort()
  }
}

it.each([
  ['EROFS', 'PERMISSION'],
  ['ENOSPC', 'NO_SPACE'],
])('a pull that is up to date needs no write; one that is not says why it cannot (%s)', async (errno, code) => {
  const store = await root.open()
  await pull(store, 'app:1', app)
  expect(await deliver(app, errno)).toEqual({ outcome: 'unchanged' })
  await expect(deliver(other, errno)).rejects.toMatchObject({ code })
  // All its content is here, and its name is not.
  await fetch(store, other)
  await expect(deliver(other, errno)).rejects.toMatchObject({ code })
})

it('prune --dry-run looks, and prune says why it cannot', async () => {
  const store = await root.open()
  await pull(store, 'app:1', app)
  await fetch(store, other)
  const reader = await root.open({ fs: readOnly() })
  expect(await reader.prune({ dryRun: true, minAgeMs: 0 })).toMatchObject({ content: { files: 2 } })
  await expect(reader.prune()).rejects.toMatchObject({ code: 'PERMISSION' })
})
