import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { zstdCompressSync } from 'node:zlib'
import * as compression from '@lading/compression'
import { stripTypeScriptTypes } from 'node:module'
import { expect, it } from 'vitest'
import { sample } from './support/build.ts'

it('the example of the README runs and tells the diffID', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const example = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? ''
  const body = stripTypeScriptTypes(example.replaceAll(/^import .*$/gm, ''))
  const said: unknown[][] = []
  const input = zstdCompressSync(sample(300_000))
  // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- the README's own lines
  const run = new Function('createHash', 'createDecompressor', 'chunks', 'console', body) as (
    ...given: unknown[]
  ) => void
  run(createHash, compression.createDecompressor, [input.subarray(0, 50), input.subarray(50)], {
    log: (...words: unknown[]) => said.push(words),
  })
  expect(said).toEqual([['zstd', `sha256:${createHash('sha256').update(sample(300_000)).digest('hex')}`]])
})
