import { utimesSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, rm, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPuller } from '@lading/distribution'
import { openStore } from '@lading/store'
import { image, startTestRegistry } from '@lading/test-registry'
import * as fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { parsePruneFilters } from '../src/actions/prune-filters.ts'
import { runHere } from './support/run-here.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

let host: string
let template: string

beforeAll(async () => {
  const registry = await startTestRegistry()
  host = registry.host
  const directory = await mkdtemp(join(tmpdir(), 'lading-housekeeping-'))
  template = join(directory, 'store')
  const shared = { shared: 'x'.repeat(2000) }
  await registry.seed(
    image('t/app:1')
      .layer(shared)
      .layer({ a: 'a' })
      .configMembers({ created: '2020-01-01T00:00:00Z', config: { Labels: { stage: 'old', keep: '' } } }),
  )
  await registry.seed(image('t/other:1').layer(shared).configMembers({ created: '2026-01-01T00:00:00Z' }))
  const store = await openStore({ root: template })
  const puller = await createPuller({ store })
  for (const name of ['t/app:1', 't/other:1']) await puller.pull(`${host}/${name}`, { platform: 'linux/amd64' })
  await puller.close()
  await store.close()
  await registry.close()
  return () => rm(directory, { recursive: true })
})

/** A store of its own for each test, with both images. */
async function pulled(): Promise<{ readonly root: string; here(...args: string[]): ReturnType<typeof runHere> }> {
  const root = join(await temporaryDirectory(), 'store')
  await cp(template, root, { recursive: true, preserveTimestamps: true })
  return { root, here: (...args) => runHere(args, { root }) }
}

const last = (text: string): string | undefined => text.trimEnd().split('\n').at(-1)
const digest = `sha256:${'d'.repeat(64)}`

describe('the space of a store', () => {
  it('is shown in all, by image, and as JSON', async () => {
    const { root, here } = await pulled()
    await mkdir(join(root, 'lading/quarantine'), { recursive: true })
    await writeFile(join(root, 'lading/quarantine/x'), 'x'.repeat(1500))
    const { stdout } = await here('df')
    expect(stdout.split('\n')[0]).toBe('TYPE                     FILES   SIZE')
    expect(stdout).toMatch(/^Images +6 +\S+B$/m)
    expect(stdout).toMatch(/^ {2}shared by several +1 +\d+B$/m)
    expect(stdout).toMatch(/^Damaged, replaced +1 +1.5kB$/m)
    const verbose = (await here('df', '-v')).stdout
    expect(verbose.endsWith(`\n\n${stdout}`)).toBe(true)
    expect(verbose).toMatch(/^REPOSITORY +TAG +SIZE +SHARED SIZE +UNIQUE SIZE$/m)
    expect(verbose).toMatch(new RegExp(`^${host}/t/app +1 +\\S+B +\\d+B +\\S+B$`, 'm'))
    const usage = JSON.parse((await here('df', '--json')).stdout) as { images: { unique: number }[] }
    expect(usage).toMatchObject({
      named: { files: 6 },
      unnamed: { files: 0 },
      leftovers: { quarantine: { bytes: 1500 } },
    })
    expect(usage.images).toHaveLength(2)
  })

  it('is freed of what no image needs, and a dry run says what that is', async () => {
    const { root, here } = await pulled()
    const orphan = join(root, 'blobs', digest.replace(':', '/'))
    await writeFile(orphan, 'x'.repeat(1234))
    expect(last((await here('prune')).stdout)).toBe('Total reclaimed space: 0B')
    utimesSync(orphan, 0, 0)
    expect(await here('prune', '--dry-run')).toMatchObject({
      code: 0,
      stdout: 'Content: 1 file, 1.23kB\nTotal reclaimable space: 1.234kB (--dry-run: nothing was removed)\n',
    })
    expect(await here('prune', '-f')).toEqual({
      code: 0,
      stdout: 'Content: 1 file, 1.23kB\nTotal reclaimed space: 1.234kB\n',
      stderr: '',
    })
    expect(JSON.parse((await here('image', 'prune', '--json')).stdout)).toMatchObject({ freed: 0, dryRun: false })
  })

  it.each([
    [['--filter', 'until=2021-01-01'], ['t/app:1'], 3],
    [['--filter', 'until=1h'], ['t/app:1', 't/other:1'], 0],
    [['--filter', 'until=2021-01-01', '--filter', 'reference=*/t/o*'], [], 6],
    [['--filter', 'reference=*/t/o*'], ['t/other:1'], 4],
    [['--filter', 'label=stage=old'], ['t/app:1'], 3],
    [['--filter', 'label!=stage'], ['t/other:1'], 4],
    [['--filter', 'label=stage', '--filter', 'label!=keep'], [], 6],
    [['--filter', 'dangling=true'], [], 6],
    [['--filter', 'dangling=false', '--filter', 'label=keep='], ['t/app:1'], 3],
    [['--filter', 'dangling=false', '--force'], ['t/app:1', 't/other:1'], 0],
    [['--max-size', '1'], ['t/app:1', 't/other:1'], 0],
    [['--max-size', '1G'], [], 6],
    [['--max-size', '1', '--filter', 'reference=*/t/app'], ['t/app:1'], 3],
  ])('prune %j removes the images %j and leaves %d files', async (args, removed, files) => {
    const { root, here } = await pulled()
    const { code, stdout } = await here('prune', ...args)
    expect(code).toBe(0)
    expect(stdout.match(/(?<=^Untagged: )[^@\n]+$/gm) ?? []).toEqual(removed.map((name) => `${host}/${name}`))
    expect(await readdir(join(root, 'blobs/sha256'))).toHaveLength(files)
  })

  it('is not freed for a name that leads nowhere, which is told and fails', async () => {
    const { root, here } = await pulled()
    for (const name of await readdir(join(root, 'lading/images/sha256')))
      await writeFile(join(root, 'lading/images/sha256', name), '')
    const index = (await here('images', '--json', '--digests', `${host}/t/app`)).stdout
    const [{ target }] = JSON.parse(index) as [{ target: { digest: string } }]
    await unlink(join(root, 'blobs', target.digest.replace(':', '/')))
    const { code, stdout, stderr } = await here('prune')
    expect(code).not.toBe(0)
    expect(last(stdout)).toBe('Total reclaimed space: 0B')
    expect(stderr).toContain(`lading rmi ${host}/t/app`)
  })
})

describe('the filters of prune', () => {
  it('that take every image want --force, as --all does', async () => {
    const { here } = await pulled()
    expect(await here('prune', '--filter', 'dangling=false')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('dangling=false removes every image'),
    })
  })

  const now = Date.parse('2026-06-15T12:00:00Z')
  it.each([
    ['24h', now - 24 * 3_600_000],
    ['1h30m', now - 90 * 60_000],
    ['7d', now - 7 * 24 * 3_600_000],
    ['2w1.5s', now - 14 * 24 * 3_600_000 - 1500],
    ['2026-01-31T12:00:00Z', Date.parse('2026-01-31T12:00:00Z')],
    ['2026-01-31t12:00:00z', Date.parse('2026-01-31T12:00:00Z')],
    ['2026-01-31T12:00:00.5+02:00', Date.parse('2026-01-31T10:00:00.5Z')],
    ['2026-01-31', new Date(2026, 0, 31).getTime()],
    ['1750000000', 1_750_000_000_000],
  ])('read until=%s', (text, time) => {
    expect(parsePruneFilters([`until=${text}`], now)).toMatchObject({ patterns: [], until: time })
  })

  it('keep the earliest of several times, and every pattern', () => {
    expect(parsePruneFilters(['until=1h', 'reference=a*', 'until=2h', 'reference=b'], now)).toMatchObject({
      patterns: ['a*', 'b'],
      until: now - 7_200_000,
    })
  })

  it('are read or refused with USAGE or PATTERN_INVALID, whatever they are', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `until=${text}`),
          fc.stringMatching(/^until=[0-9smhdwTZ:+.-]*$/),
          fc.string().map((text) => `reference=${text}`),
          fc.string().map((text) => `label!=${text}`),
          fc.string().map((text) => `dangling=${text}`),
        ),
        (text) => {
          expect(['read', 'USAGE', 'PATTERN_INVALID']).toContain(outcomeOf(text))
        },
      ),
    )
  })
})

function outcomeOf(filter: string): unknown {
  try {
    const { until, patterns, labels, notLabels, dangling } = parsePruneFilters([filter])
    const said = patterns.length + labels.length + notLabels.length + (dangling === undefined ? 0 : 1)
    return (until === undefined ? said === 1 : Number.isFinite(until)) ? 'read' : { until, patterns }
  } catch (error) {
    return (error as { code?: string }).code
  }
}
