import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { image, index, startTestRegistry } from '@lading/test-registry'
import { expect, it, onTestFinished } from 'vitest'
import { temporaryFolder } from './scene.ts'

it('the example in the README runs, with a registry on loopback in place of the public ones', async () => {
  const registry = await startTestRegistry()
  onTestFinished(() => registry.close())
  const alpine = await registry.seed(
    index('library/alpine:3.20').add(image().platform('linux/arm64').layer({ a: 'a' })),
  )
  await registry.seed(image('acme/app:1').layer({ b: 'b' }))
  const root = await temporaryFolder()
  const example = (/```ts\n(.*?)```/s.exec(readFileSync(new URL('../README.md', import.meta.url), 'utf8'))?.[1] ?? '')
    .replace('./images', root)
    .replace("'alpine:3.20'", `'${registry.host}/library/alpine:3.20'`)
    .replace('ghcr.io', registry.host)
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=@lading/source', '--input-type=module-typescript', '--eval', example],
    { cwd: fileURLToPath(new URL('..', import.meta.url)) },
  )
  const lines = stdout.trimEnd().split('\n')
  expect(lines[0]).toContain(`${registry.host}/library/alpine:3.20 ${alpine.digest} sha256:`)
  expect(lines[1]).toMatch(/^sha256:[0-9a-f]{64} sha256:[0-9a-f]{64} \d+$/)
  expect(lines[2]).toBe('1 0')
})

it('the example of a copy runs, and says what becomes of each', async () => {
  const registry = await startTestRegistry({ images: [image('acme/app:1').layer({ b: 'b' })] })
  onTestFinished(() => registry.close())
  const [, second] = [...readFileSync(new URL('../README.md', import.meta.url), 'utf8').matchAll(/```ts\n(.*?)```/gs)]
  const example = (second?.[1] ?? '').replace('./app', await temporaryFolder()).replace('ghcr.io', registry.host)
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=@lading/source', '--input-type=module-typescript', '--eval', example],
    { cwd: fileURLToPath(new URL('..', import.meta.url)) },
  )
  expect(stdout).toMatch(/^sha256:[0-9a-f]{64} instead of sha256:[0-9a-f]{64}\n/)
  expect(stdout.match(/bytes are sent/g)).toHaveLength(2)
  expect(stdout).toContain('application/vnd.docker.distribution.manifest.v2+json is there')
  expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^copied sha256:[0-9a-f]{64} 2$/)
})
