import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { chainIdOf, digestOf } from '@lading/digest/hash'
import { createLayerStore } from '@lading/layer-store'
import { expect, it } from 'vitest'
import { putBlob, sample, temporaryRoot } from './support/root.ts'

it('the example of the README verifies and registers the layers of an image', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const example = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? ''
  const body = stripTypeScriptTypes(example.replaceAll(/^import .*$/gm, '')).replace("'./images'", 'root')
  const root = await temporaryRoot()
  const tars = [sample(100_000, 1), sample(50_000, 2), sample(10, 3)] as const
  const manifest = {
    layers: [
      await putBlob(root, gzipSync(tars[0])),
      await putBlob(root, zstdCompressSync(tars[1])),
      await putBlob(root, tars[2]),
    ],
  }
  const config = { rootfs: { diff_ids: tars.map((tar) => digestOf(tar)) } }
  // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- the README's own lines
  const run = new Function(
    'createLayerStore',
    'root',
    'manifest',
    'config',
    `return (async () => {${body}; return parent })()`,
  ) as (...given: unknown[]) => Promise<unknown>
  expect(await run(createLayerStore, root, manifest, config)).toBe(chainIdOf(config.rootfs.diff_ids))
  config.rootfs.diff_ids[1] = digestOf(tars[2])
  await expect(run(createLayerStore, root, manifest, config)).rejects.toThrow('is not what the config says')
})
