import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { image, index, type Seedable } from '@lading/test-registry'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Ended } from './support/lading.ts'
import { start } from './support/lading.ts'
import { registryWith } from './support/registry-with.ts'
import { runHere } from './support/run-here.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'
import { atScale } from '../../../test/support/scale.ts'

/** A store with an image of `images` under a name at another registry. */
async function pulled(images: readonly Seedable[], as: string): Promise<{ readonly root: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'lading-push-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  const root = join(directory, 'store')
  const registry = await registryWith(images)
  const from = `${registry.host}/t/app:1`
  for (const args of [
    ['pull', '--platform', 'linux/amd64', from],
    ['tag', from, as],
  ])
    expect(await runHere(args, { root })).toMatchObject({ code: 0 })
  return { root }
}

const app = (): ReturnType<typeof image> => image('t/app:1').platform('linux/amd64').layer({ a: 'a' }).layer({ b: 'b' })
const lines = ({ stderr }: Pick<Ended, 'stderr'>): string[] => stderr.trimEnd().split('\n')

describe('lading push', () => {
  it('says what docker says, and prints the reference alone', async () => {
    const to = await registryWith()
    const { root } = await pulled([app()], `${to.host}/x/app:latest`)
    const first = await runHere(['push', `${to.host}/x/app`], { root })
    expect(first).toMatchObject({ code: 0, stdout: `${to.host}/x/app:latest\n` })
    const digest = to.repository('x/app').tags()['latest']
    const bytes = to.repository('x/app').manifest(digest ?? '')
    const said = lines(first)
    expect(said[0]).toBe('Using default tag: latest')
    expect(said[1]).toBe(`The push refers to repository [${to.host}/x/app]`)
    expect(said.slice(2, 4).every((line) => /^[0-9a-f]{12}: Preparing$/.test(line))).toBe(true)
    expect(said.filter((line) => line.endsWith(': Pushed'))).toHaveLength(2)
    expect(said.at(-2)).toBe(`latest: digest: ${digest} size: ${bytes?.bytes.byteLength}`)

    const again = await runHere(['push', '--quiet', `${to.host}/x/app:latest`], { root })
    expect(again).toEqual({ code: 0, stdout: `${to.host}/x/app:latest\n`, stderr: '' })
    await runHere(['tag', `${to.host}/x/app:latest`, `${to.host}/y:1`], { root })
    const mounted = await runHere(['push', `${to.host}/y:1`], { root })
    expect(lines(mounted).filter((line) => line.endsWith(': Mounted from x/app'))).toHaveLength(2)
    const there = await runHere(['push', `${to.host}/y:1`], { root })
    expect(lines(there).filter((line) => line.endsWith(': Layer already exists'))).toHaveLength(2)
  })

  it('sends only what is new over a base that is in another repository, whichever process brought it there', async () => {
    const lading = async (args: readonly string[], root: string): Promise<Ended> =>
      atScale<typeof runHere>(
        runHere,
        (given, options) => start(given, { env: { LADING_ROOT: options?.root ?? '' } }).ended,
      )(args, { root })
    const layers = ['a', 'b', 'c'].map((name) => ({ [name]: name }))
    const of = (name: string, count: number): Seedable =>
      layers.slice(0, count).reduce((made, layer) => made.layer(layer), image(name).platform('linux/amd64'))
    const from = await registryWith([of('t/base:1', 2), of('t/app:1', 3)])
    const root = join(await temporaryDirectory(), 'store')
    const sent = async (...args: readonly string[]): Promise<unknown> => {
      const { code, stdout, stderr } = await lading(args, root)
      expect(code, stderr).toBe(0)
      const { sent: bytes, mounted } = JSON.parse(stdout) as { sent: { blobs: number }; mounted: number }
      return { blobs: bytes.blobs, mounted }
    }
    expect(await lading(['pull', '-q', `${from.host}/t/base:1`], root)).toMatchObject({ code: 0 })
    expect(await lading(['pull', '-q', `${from.host}/t/app:1`], root)).toMatchObject({ code: 0 })
    // The base was pushed, or copied from the store, or from a registry: a layer and a config are new.
    const ways = [
      (host: string, name: string) => ['push', '--progress', 'json', `${host}/${name}:1`],
      (host: string, name: string) => ['copy', '--json', `store:${from.host}/t/${name}:1`, `${host}/${name}:1`],
      (host: string, name: string) => ['copy', '--json', `${from.host}/t/${name}:1`, `${host}/${name}:1`],
    ]
    for (const push of ways.slice(atScale(2, 0))) {
      const to = await registryWith()
      for (const name of ['base', 'app'])
        await lading(['tag', `${from.host}/t/${name}:1`, `${to.host}/${name}:1`], root)
      expect(await sent(...push(to.host, 'base'))).toEqual({ blobs: 3, mounted: 0 })
      expect(await sent(...push(to.host, 'app'))).toEqual({ blobs: 2, mounted: 2 })
      const posts = to.journal.requests({ kind: 'upload', method: 'POST', repository: 'app' })
      expect(posts.map(({ status = 0 }) => status).toSorted((a, b) => a - b)).toEqual([201, 201, 202, 202])
    }
    // Into the registry where the base was pulled from.
    await lading(['tag', `${from.host}/t/app:1`, `${from.host}/t/next:1`], root)
    expect(await sent('push', '--progress', 'json', `${from.host}/t/next:1`)).toEqual({ blobs: 0, mounted: 4 })
  })

  it.each(['push', 'copy'])('%s warns of layers that are left out at a registry, quietly too', async (verb) => {
    const foreign = 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip'
    const to = await registryWith()
    const name = `${to.host}/x/app:1`
    const { root } = await pulled([app().layer({ base: 'x' }, { mediaType: foreign })], name)
    const from = verb === 'push' ? [] : [`store:${name}`]
    const pushed = await runHere([verb, '-q', ...from, name], { root })
    expect(pushed).toMatchObject({ code: 0, stdout: `${name}\n` })
    expect(lines(pushed)).toEqual([
      expect.stringMatching(
        /^WARNING: without a layer that is not to be distributed: whoever pulls the image must have it/,
      ),
    ])
    const all = await runHere([verb, '-q', '--include-foreign', ...from, name], { root })
    expect(all).toMatchObject({ code: 0, stderr: '' })
  })

  it('tells programs each event and the result as JSON', async () => {
    const to = await registryWith()
    const reference = `${to.host}/x:1`
    const { root } = await pulled([app()], reference)
    const { code, stdout, stderr } = await runHere(['push', '--progress', 'json', reference], { root })
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ v: 1, reference, status: 'copied', sent: { blobs: 3 }, mounted: 0 })
    const events = lines({ stderr }).map((line) => JSON.parse(line) as { v: number; type: string })
    expect(events.every(({ v }) => v === 1)).toBe(true)
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['push', 'layer:sent', 'config:sent', 'copied']),
    )
    const failed = await runHere(['push', '--progress', 'json', `${to.host}/none:1`], { root })
    expect(failed).toMatchObject({ code: 3, stdout: '' })
    expect(JSON.parse(lines(failed).at(-1) ?? '')).toMatchObject({ type: 'error', code: 'IMAGE_UNKNOWN', exitCode: 3 })
  })

  it('of an index that is here in part names what is missing, and pushes what is asked for', async () => {
    const to = await registryWith()
    const reference = `${to.host}/x:1`
    const both = index('t/app:1')
      .add(image().platform('linux/amd64').layer({ a: 'a' }))
      .add(image().platform('linux/arm64').layer({ b: 'b' }))
    const { root } = await pulled([both], reference)
    const refused = await runHere(['push', reference], { root })
    expect(refused).toMatchObject({ code: 3, stdout: '' })
    expect(refused.stderr).toMatch(/there is not here: linux\/arm64 \(sha256:/)
    expect(refused.stderr).toContain('--only-present')
    expect(to.journal.entries).toEqual([])
    const file = join(root, '..', 'digest')
    expect(
      await runHere(['push', '--platform', 'linux/amd64', '--digest-file', file, reference], { root }),
    ).toMatchObject({ code: 0 })
    expect(await readFile(file, 'utf8')).toBe(`${to.repository('x').tags()['1']}\n`)
    const some = await runHere(['push', '--only-present', reference], { root })
    expect(some).toMatchObject({ code: 0 })
    expect(some.stderr).toContain(`New index of the chosen platforms: ${to.repository('x').tags()['1']}`)
  })

  it('goes on after what fails, and says so at the end', async () => {
    const to = await registryWith()
    const { root } = await pulled([app()], `${to.host}/x:1`)
    const several = await runHere(['push', `${to.host}/none:1`, `${to.host}/x:1`], { root })
    expect(several).toMatchObject({ code: 3, stdout: `${to.host}/x:1\n` })
    expect(several.stderr).toContain(`An image does not exist locally with the tag: ${to.host}/none:1`)
    await runHere(['tag', `${to.host}/x:1`, `${to.host}/x:2`], { root })
    const all = await runHere(['push', '-a', `${to.host}/x`], { root })
    expect(all).toMatchObject({ code: 0, stdout: `${to.host}/x:1\n${to.host}/x:2\n` })
    expect(await runHere(['push', '-a', `${to.host}/x:1`], { root })).toMatchObject({ code: 2 })
    expect(await runHere(['push', '-a', `${to.host}/none`], { root })).toMatchObject({ code: 3 })
  })

  it('to where one may not is 4, to nobody is 5, and a file that cannot be written is told after the push', async () => {
    const closed = await registryWith([], { auth: { kind: 'bearer', username: 'alice', password: 'secret' } })
    const { root } = await pulled([app()], `${closed.host}/x:1`)
    const denied = await runHere(['push', `${closed.host}/x:1`], { root })
    expect(denied).toMatchObject({ code: 4, stdout: '' })
    expect(denied.stderr).toContain(`push access denied for ${closed.host}/x`)
    await runHere(['tag', `${closed.host}/x:1`, '127.0.0.1:9/x:1'], { root })
    expect(await runHere(['push', '127.0.0.1:9/x:1'], { root })).toMatchObject({ code: 5 })
    const to = await registryWith()
    await runHere(['tag', `${closed.host}/x:1`, `${to.host}/x:1`], { root })
    const unwritten = await runHere(['push', '--digest-file', join(root, 'none', 'file'), `${to.host}/x:1`], { root })
    expect(unwritten).toMatchObject({ code: 1, stdout: `${to.host}/x:1\n` })
    expect(Object.keys(to.repository('x').tags())).toEqual(['1'])
  })

  it('that is interrupted cancels its uploads at the registry and names nothing', async () => {
    const to = await registryWith()
    const { root } = await pulled([image('t/app:1').platform('linux/amd64').randomLayer(400_000)], `${to.host}/x:1`)
    to.addFault({ on: 'upload', method: 'PUT', afterRequestBytes: 200_000, then: 'stall' })
    const { child, ended, said } = start(['push', `${to.host}/x:1`], { env: { LADING_ROOT: root } })
    await said(/: Pushing/)
    child.kill('SIGINT')
    expect(await ended).toMatchObject({ code: 130, stdout: '' })
    expect(to.repository('x').tags()).toEqual({})
    expect(to.journal.requests({ kind: 'upload', method: 'DELETE', status: 204 }).length).toBeGreaterThan(0)
  })
})
