import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { openImage } from '../src/index.ts'
import { imageOf } from './support/images.ts'
import { textBytes } from './support/layers.ts'

type Example = (source: unknown, openImage: unknown, console: unknown) => Promise<void>

it('the example of the README runs, and prints what its comments say', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const code = /```ts\n(.*?)```/s.exec(readme)?.[1]?.replace(/^import .*$/m, '') ?? ''
  const promised = Array.from(code.matchAll(/^\/\/ (.*)$/gm), ([, line]) => line)
  // oxlint-disable-next-line typescript/no-implied-eval, no-new-func
  const example = new Function('source', 'openImage', 'console', `return (async () => {${code}})()`) as Example
  const { content, target } = await imageOf(
    [
      { name: 'etc/motd', body: textBytes('old\n') },
      { name: 'etc/os-release', type: 'symlink', linkName: '../usr/lib/os-release' },
      { name: 'usr/lib/os-release', body: textBytes('ID=debian\n') },
      { name: 'var/lib/dpkg/status', body: textBytes('Package: libc6 \n\n') },
    ],
    [{ name: 'etc/motd', body: textBytes('new\n') }],
  )
  const printed: string[] = []
  const log = (...words: unknown[]): void => void printed.push(words.join(' '))
  await example({ ...content, resolve: async () => target }, openImage, { log })
  expect(promised).not.toEqual([])
  expect(printed).toEqual(promised)
})
