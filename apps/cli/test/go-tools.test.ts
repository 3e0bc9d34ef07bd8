import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { image, index, startTestRegistry, type TestRegistry } from '@lading/test-registry'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { digestOf, runRows, type Row } from '../../../test/support/go-clients.ts'
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

describe('what regctl has named anew by sha512', needsGoTool('regctl'), () => {
  it.each([
    ['an image', 't/app:1'],
    ['an index', 't/multi:1'],
  ])('is pulled, and once: %s', async (_, name) => {
    await using registry = await startTestRegistry({ images: [app, multi] })
    const line = `regctl image mod HOST/${name} --create HOST/t/long:1 --digest-algo sha512`
    let digest = ''
    const named: Row = {
      line,
      check: async ({ look }) => {
        digest = digestOf((await look.manifest('t/long:1')).bytes, 'sha512')
      },
    }
    expect(await runRows([named], { host: registry.host, directory: await temporaryDirectory() })).toEqual([{ line }])
    registry.journal.clear()
    const root = await temporaryDirectory()
    const pull = (): ReturnType<typeof runHere> =>
      runHere(['pull', '--platform', 'linux/arm64', `${registry.host}/t/long:1`], { root })
    expect(await pull()).toMatchObject({ code: 0, stderr: expect.stringContaining(`Digest: ${digest}\n`) as string })
    expect(await pull()).toMatchObject({ code: 0, stderr: expect.stringContaining('Image is up to date') as string })
    const fetched = registry.journal.requests({ kind: 'blob' }).map(({ target }) => String(target))
    expect(fetched.filter((target) => !target.startsWith('sha512:'))).toEqual([])
    expect(fetched).toEqual([...new Set(fetched)])
  })
})
