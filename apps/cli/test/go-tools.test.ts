import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { image, index, startTestRegistry, type TestRegistry } from '@lading/test-registry'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { needsGoTool } from '../../../test/support/needs.ts'
import { pathOf } from '../../../test/support/real-parts.ts'
import { runHere } from './support/run-here.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

const app = image('t/app:1').layer({ a: 'a' })
const multi = index('t/multi:1')
  .add(app)
  .add(app.platform('linux/arm64').layer({ arm: 'yes' }))

const tools: Readonly<Record<string, (host: string, name: string) => readonly string[]>> = {
  crane: (host, name) => ['digest', '--insecure', `${host}/${name}`],
  regctl: (host, name) => ['--host', `reg=${host},tls=disabled`, 'image', 'digest', `${host}/${name}`],
  oras: (host, name) => ['manifest', 'fetch', '--descriptor', '--plain-http', `${host}/${name}`],
}

describe('the digest of a tag', () => {
  let registry: TestRegistry
  beforeAll(async () => {
    registry = await startTestRegistry({ images: [app, multi] })
  })
  afterAll(() => registry.close())

  for (const [program, args] of Object.entries(tools)) {
    it(`is to lading what it is to ${program}`, needsGoTool(program), async () => {
      const home = await temporaryDirectory()
      for (const [name, { digest }] of [['t/app:1', app.build()] as const, ['t/multi:1', multi.build()] as const]) {
        const { stdout } = await promisify(execFile)(pathOf(program), [...args(registry.host, name)], {
          env: { ...process.env, HOME: home, DOCKER_CONFIG: home },
        })
        expect((await runHere(['digest', `${registry.host}/${name}`])).stdout).toBe(`${digest}\n`)
        expect(/sha256:[0-9a-f]{64}/.exec(stdout)?.[0]).toBe(digest)
      }
    })
  }
})
