import { readFile } from 'node:fs/promises'
import { OCI_MANIFEST } from '@lading/manifest'
import { expect, it } from 'vitest'
import * as content from '../src/index.ts'
import { bytesOf, configOf, layerOf, manifestOf } from './support/documents.ts'

type Example = (source: unknown, createMemoryContent: unknown, walk: unknown) => Promise<content.MemoryContent>

it('runs the example of the README', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const code = /```ts\n(.*?)```/s.exec(readme)?.[1]?.replace(/^import .*$/m, '') ?? ''
  // oxlint-disable-next-line typescript/no-implied-eval, no-new-func
  const example = new Function(
    'source',
    'createMemoryContent',
    'walk',
    `return (async () => {${code}\nreturn to })()`,
  ) as Example
  const source = content.createMemoryContent()
  const config = source.put(configOf('app').descriptor.mediaType, configOf('app').bytes)
  const layer = source.put(layerOf('app').descriptor.mediaType, bytesOf('app'))
  const image = manifestOf(config, [layer])
  const delivery = await source.begin()
  await delivery.publish({ target: image.descriptor, names: ['app'], documents: [image] })
  await delivery.finish()

  const to = await example(source, content.createMemoryContent, content.walk)
  expect(await to.resolve('app')).toMatchObject({ mediaType: OCI_MANIFEST, digest: image.descriptor.digest })
  expect(await to.stat(layer.digest)).toEqual({ size: 3 })
})
