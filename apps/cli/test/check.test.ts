import { existsSync } from 'node:fs'
import { chmod, cp, readFile, rm, truncate, writeFile, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { layoutOf } from '@lading/content-store'
import { image, index, startTestRegistry, type BuiltImage } from '@lading/test-registry'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { consult } from '../../../packages/store/test/oracle.ts'
import { runHere } from './support/run-here.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

describe('lading check', () => {
  let registry: Awaited<ReturnType<typeof startTestRegistry>>
  let app: BuiltImage
  let arm: BuiltImage
  let pulled: string
  let root: string
  beforeAll(async () => {
    const directory = await mkdtemp(join(tmpdir(), 'lading-check-'))
    pulled = join(directory, 'store')
    registry = await startTestRegistry()
    app = await registry.seed(image('t/app:1').layer({ a: 'a' }).layer({ b: 'b' }))
    const other = image().platform('linux/arm64').layer({ c: 'c' })
    arm = other.build()
    await registry.seed(
      index('t/multi:1')
        .add(image().layer({ a: 'a' }))
        .add(other),
    )
    return async () => {
      await registry.close()
      await rm(directory, { recursive: true })
    }
  })
  /** Once for all tests: each has a copy of what came. */
  async function pullAll(): Promise<void> {
    for (const [name, platform] of [
      ['t/app:1', 'linux/amd64'],
      ['t/multi:1', 'linux/amd64'],
      ['t/multi:1', 'linux/arm64'],
    ] as const) {
      const pull = ['pull', '-q', '--platform', platform, `${registry.host}/${name}`]
      expect(await runHere(pull, { root: pulled })).toMatchObject({ code: 0 })
    }
  }
  const here = (...args: string[]): ReturnType<typeof runHere> => runHere(args, { root })
  const blob = (digest: string): string => layoutOf(root).blob(digest as `sha256:${string}`)
  async function flip(digest: string): Promise<void> {
    const bytes = await readFile(blob(digest))
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
    await chmod(blob(digest), 0o600)
    await writeFile(blob(digest), bytes)
  }
  beforeEach(async () => {
    root = join(await temporaryDirectory(), 'store')
    if (!existsSync(pulled)) await pullAll()
    await cp(pulled, root, { recursive: true })
    registry.journal.clear()
  })

  it('says that nothing is wrong, and asks no registry', async () => {
    const { code, stdout, stderr } = await here('check')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^4 names, \d+ blobs \([\d.]+kB\), \d+ records: nothing is wrong\n$/)
    expect(await here('check', '--repair')).toEqual({ code, stdout, stderr })
    expect(registry.journal.requests()).toEqual([])
  })

  it('says what is damaged and who needs it; a repair fetches that and nothing else', async () => {
    const layer = app.layers[1]?.digest ?? ''
    await flip(layer)
    await flip(arm.config.digest)
    const found = await here('check')
    expect(found.code).toBe(7)
    expect(found.stdout).toContain(`damaged: ${layer}, needed by ${registry.host}/t/app:1`)
    expect(found.stdout).toContain(`damaged: ${arm.config.digest}, needed by ${registry.host}/t/multi:1`)
    expect(found.stderr).toContain('lading check --repair')
    expect(registry.journal.requests()).toEqual([])

    const repaired = await here('check', '--repair')
    expect(repaired).toMatchObject({ code: 0, stderr: '' })
    expect(repaired.stdout).toContain('2 found, 2 repaired')
    expect(
      registry.journal
        .requests({ kind: 'blob' })
        .map(({ path }) => path.slice(path.lastIndexOf('/') + 1))
        .toSorted(),
    ).toEqual([layer, arm.config.digest].toSorted())
    expect(consult(root).violations).toEqual([])
    expect((await here('check')).code).toBe(0)
  })

  it('restores names that were lost, and lists them', async () => {
    await truncate(join(root, 'index.json'), 0)
    const lost = await here('images')
    expect(lost.code).toBe(7)
    expect(lost.stderr).toContain('lading check --repair')
    const { code, stdout } = await here('check', '--repair')
    expect(code).toBe(0)
    expect(stdout).toContain(`${registry.host}/t/app:1`)
    expect((await here('images', '-q')).stdout.split('\n')).toHaveLength(3)
  })

  it('says what it could not mend, and why', async () => {
    await rm(blob(app.digest))
    const fault = registry.addFault({ on: 'any', then: { status: 404 } })
    const { code, stdout, stderr } = await here('check', '--repair')
    fault.remove()
    expect(code).toBe(7)
    expect(stdout).toContain(`incomplete: ${registry.host}/t/app:1 lacks ${app.digest}`)
    expect(stderr).toContain('hint:')
  })

  it('tells files of others, which are no failure, and prints JSON', async () => {
    await writeFile(join(root, 'notes'), 'mine')
    expect(await here('check')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`unknown file: ${join(root, 'notes')}`) as string,
    })
    await flip(app.config.digest)
    const { code, stdout } = await here('check', '--json')
    expect(code).toBe(7)
    expect(JSON.parse(stdout)).toMatchObject({
      names: 4,
      findings: [
        { kind: 'blob-damaged', digest: app.config.digest, repaired: false, error: { code: 'CONTENT_DAMAGED' } },
        { kind: 'file-unknown', path: join(root, 'notes'), repaired: false },
      ],
    })
  })
})
