import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { image, startTestRegistry } from '@lading/test-registry'
import { expect, it } from 'vitest'

it('the example in the README runs, and prints what its comments say', async () => {
  const example = /```ts\n(.*?)```/s.exec(await readFile(new URL('../README.md', import.meta.url), 'utf8'))?.[1] ?? ''
  const promised = Array.from(example.matchAll(/console\.log\(.*\) *\/\/ (.*)/g), ([, comment]) => comment)
  expect(promised).not.toEqual([])
  await using registry = await startTestRegistry({ images: [image('acme/app:1.4').layer({ 'etc/motd': 'hello' })], auth: { kind: 'bearer', username: 'ann', password: 'secret', anonymous: 'nothing' } })
  const here = example.replaceAll('ghcr.io', registry.host)
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=@lading/source', '--input-type=module-typescript', '--eval', here], { cwd: fileURLToPath(new URL('..', import.meta.url)), encoding: 'utf8' })
  expect(stdout.trimEnd().split('\n')).toEqual(promised)
})
