import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { image, startTestRegistry } from '@lading/test-registry'
import { expect, it, onTestFinished } from 'vitest'
import { descriptorOf, manifestOf } from './support/image.ts'

it('the example in the README runs, and prints what its comments say', async () => {
  const example = /```ts\n(.*?)```/s.exec(await readFile(new URL('../README.md', import.meta.url), 'utf8'))?.[1] ?? ''
  const promised = Array.from(example.matchAll(/console\.log\(.*\) *\/\/ (.*)/g), ([, comment]) => comment)
  expect(promised).not.toEqual([])
  await using registry = await startTestRegistry({
    images: [image('acme/app:1.4').layer({ 'etc/motd': 'hello' })],
    auth: { kind: 'bearer', username: 'ann', password: 'secret', anonymous: 'nothing' },
  })
  const here = example.replaceAll('ghcr.io', registry.host)
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=@lading/source', '--input-type=module-typescript', '--eval', here],
    { cwd: fileURLToPath(new URL('..', import.meta.url)), encoding: 'utf8' },
  )
  expect(stdout.trimEnd().split('\n')).toEqual(promised)
})

it('the example of an upload runs too, and what it pushed is there', async () => {
  const example =
    Array.from(
      (await readFile(new URL('../README.md', import.meta.url), 'utf8')).matchAll(/```ts\n(.*?)```/gs),
      ([, code]) => code ?? '',
    ).find((code) => code.includes('blobs.upload')) ?? ''
  await using registry = await startTestRegistry({
    auth: { kind: 'bearer', username: 'ann', password: 'secret', anonymous: 'nothing' },
  })
  const [config, layer] = [Buffer.from('{}'), Buffer.from('a layer')]
  const { bytes, digest } = manifestOf(config, [layer])
  registry.repository('acme/app').putBlob(config)
  const directory = await mkdtemp(join(tmpdir(), 'lading-readme-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  await writeFile(join(directory, 'layer.tar.gz'), layer)
  const yours = `const { digest, size } = ${JSON.stringify(descriptorOf(layer))}\nconst manifest = Buffer.from(${JSON.stringify(bytes.toString())})`
  const here = example
    .replaceAll('ghcr.io', registry.host)
    .replace(/import .* from '\.\/build\.js'.*/, yours)
    .replace("'layer.tar.gz'", JSON.stringify(join(directory, 'layer.tar.gz')))
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=@lading/source', '--input-type=module-typescript', '--eval', here],
    { cwd: fileURLToPath(new URL('..', import.meta.url)), encoding: 'utf8' },
  )
  expect(stdout).toBe('application/vnd.oci.image.manifest.v1+json\n')
  expect(registry.repository('acme/app').tags()).toEqual({ 1.4: digest, latest: digest })
})
