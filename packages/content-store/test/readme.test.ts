import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as contentStore from '@lading/content-store'
import { digestOf } from '@lading/digest/hash'
import { expect, it } from 'vitest'
import { temporaryDirectory } from './temporary-root.ts'

type Example = (
  createContentStore: unknown,
  root: string,
  digest: string,
  size: number,
  body: (start: number) => AsyncIterable<Uint8Array>,
) => Promise<Uint8Array>

it('runs the example of the README', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const code = /```ts\n(.*?)```/s.exec(readme)?.[1]?.replace(/^import .*$/m, '') ?? ''
  // oxlint-disable-next-line typescript/no-implied-eval, no-new-func
  const example = new Function(
    'createContentStore',
    'root',
    'digest',
    'size',
    'body',
    `return (async () => {${code}\nreturn bytes })()`,
  ) as Example
  const bytes = new TextEncoder().encode('what the registry has')
  async function* body(start: number): AsyncGenerator<Uint8Array> {
    yield bytes.slice(start, 5)
    yield bytes.slice(5)
  }
  const root = join(await temporaryDirectory(), 'store')
  expect(await example(contentStore.createContentStore, root, digestOf(bytes), bytes.length, body)).toEqual(bytes)
})
