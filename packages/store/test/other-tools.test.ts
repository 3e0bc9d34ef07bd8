import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { parseReference } from '@lading/reference'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { needs } from '../../../test/support/needs.ts'
import { pathOf } from '../../../test/support/real-parts.ts'
import type { Store } from '../src/index.ts'
import { image, index, linux } from './support/image.ts'
import { pull } from './support/pull.ts'
import { testRoot, type TestRoot } from './support/root.ts'

const run = promisify(execFile)

let root: TestRoot
let store: Store
beforeEach(async () => {
  root = await testRoot()
  store = await root.open()
})
afterEach(() => root.end())

const app = image(['base', 'app'])
const arm = image(['arm'], { platform: linux('arm64') })

interface Inspected {
  readonly Digest: string
  readonly Architecture: string
  readonly Layers: readonly string[]
}

async function inspect(name: string, ...options: string[]): Promise<Inspected> {
  const { stdout } = await run(pathOf('skopeo'), [...options, 'inspect', '--no-tags', `oci:${root.path}:${name}`])
  return JSON.parse(stdout) as Inspected
}

describe('skopeo', needs('skopeo'), () => {
  it('reads a root in place, by full name and by digest', async () => {
    await pull(store, 'localhost:5000/t/app:1', app)
    await pull(store, 'app', arm)
    await pull(store, 'a__b:1', arm)
    for (const name of ['localhost:5000/t/app:1', `localhost:5000/t/app@${app.manifest.descriptor.digest}`]) {
      expect(await inspect(name)).toMatchObject({
        Digest: app.manifest.descriptor.digest,
        Architecture: 'amd64',
        Layers: app.layers.map(({ descriptor }) => descriptor.digest),
      })
    }
    expect(await inspect('docker.io/library/app:latest')).toMatchObject({ Architecture: 'arm64' })
  })

  it('reads the platform of an index that is here', async () => {
    await pull(
      store,
      'app:1',
      index([
        [app, linux('amd64')],
        [arm, linux('arm64')],
      ]),
      [arm],
    )
    expect(await inspect('docker.io/library/app:1', '--override-arch', 'arm64')).toMatchObject({
      Architecture: 'arm64',
    })
  })
})

describe('umoci', needs('umoci'), () => {
  it('lists the names', async () => {
    await pull(store, 'quay.io/t/app:1', app)
    await store.tag('quay.io/t/app:1', parseReference('other'))
    const { stdout } = await run(pathOf('umoci'), ['ls', '--layout', root.path])
    expect(stdout.trim().split('\n').toSorted()).toEqual([
      'docker.io/library/other:latest',
      'quay.io/t/app:1',
      `quay.io/t/app@${app.manifest.descriptor.digest}`,
    ])
  })
})
