import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import assert from 'node:assert/strict'
import { image, index } from '@lading/test-registry'
import { readPublished } from '../../consumers/packages.ts'
import { succeeds, type Scene } from './scene.ts'

/** Its example starts `lading`, or is a test of its own; both are played otherwise. */
const apart = new Set(['lading'])

/** The first example of each README, as it is copied, but for the registries: they are the one on loopback. */
export const examples: Scene = {
  title: 'the example of each package runs',
  async play(stage) {
    const { registry } = stage
    await registry.seed(index('library/alpine:3.20').add(image().platform('linux/arm64').layer({ a: 'a' })))
    await registry.seed(image('acme/app:1.4').layer({ 'etc/motd': 'hello' }))
    const packages = readPublished()
    for (const { name, path } of packages) {
      const at = stage.here(join('node_modules', name))
      mkdirSync(join(at, '..'), { recursive: true })
      symlinkSync(join(import.meta.dirname, '../../..', path), at)
    }
    writeFileSync(stage.here('package.json'), '{"type":"module"}')
    const failures: string[] = []
    for (const { name, example, promised } of packages) {
      if (apart.has(name)) continue
      const file = stage.here(`${name.replace('/', '-')}.${example.language === 'ts' ? 'ts' : 'mjs'}`)
      const code = example.code
        .replaceAll('ghcr.io/acme', `${registry.host}/acme`)
        .replaceAll("'alpine:3.20', {", `'${registry.host}/library/alpine:3.20', {`)
      // What is only parsed stays as it is.
      writeFileSync(
        file,
        promised.some((line) => line.includes('ghcr.io')) || name === '@lading/reference' ? example.code : code,
      )
      try {
        const { stdout } = await succeeds(stage.start(file, []).ended)
        if (promised.length > 0) assert.deepEqual(stdout.trimEnd().split('\n'), promised)
      } catch (error) {
        failures.push(`${name}: ${String(error)}`)
      }
    }
    assert.deepEqual(failures, [])
  },
}
