import { existsSync } from 'node:fs'
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { artifact, image, index, type Seedable, type TestRegistryOptions } from '@lading/test-registry'
import { parseDigest } from '@lading/digest'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { archiveOf } from '../../../packages/archive/test/support/some-archive.ts'
import { ociArchive, testImage } from '../../../packages/archive/test/support/some-image.ts'
import { boundedPattern } from '../src/text/bounded-pattern.ts'
import { closingAll } from '../src/actions/copy-sides.ts'
import { parseCopyPlace } from '../src/actions/copy-place.ts'
import { registryWith } from './support/registry-with.ts'
import { runHere } from './support/run-here.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

const app = (name = 't/app:1'): ReturnType<typeof image> =>
  image(name).platform('linux/amd64').layer({ a: 'a' }).layer({ b: name })
const both = (): Seedable =>
  index('t/app:1')
    .add(image().platform('linux/amd64').layer({ a: 'a' }))
    .add(image().platform('linux/arm64').layer({ b: 'b' }))
const variables = { LADING_HOSTS: 'off', DOCKER_DEFAULT_PLATFORM: 'linux/amd64' }

describe('lading copy', () => {
  it('copies an index whole from registry to registry, writes nothing here, and once more sends nothing', async () => {
    const [from, to] = [await registryWith([both()]), await registryWith()]
    const root = join(await temporaryDirectory(), 'store')
    const file = join(root, '..', 'digest')
    const args = ['copy', '--digest-file', file, `${from.host}/t/app:1`, `docker://${to.host}/x/app:2`]
    const first = await runHere(args, { root })
    expect(first).toMatchObject({ code: 0, stdout: `${to.host}/x/app:2\n` })
    const digest = from.repository('t/app').tags()['1']
    expect(to.repository('x/app').tags()).toEqual({ 2: digest })
    expect(to.repository('x/app').blobs()).toHaveLength(4)
    expect(await readFile(file, 'utf8')).toBe(`${digest}\n`)
    expect(first.stderr.trimEnd().split('\n').at(-2)).toMatch(new RegExp(`^2: digest: ${digest} size: [0-9]+$`))
    expect(existsSync(root)).toBe(false)
    for (const { journal } of [from, to]) journal.clear()
    const again = await runHere(['copy', '--all', '--json', ...args.slice(3)], { root })
    expect(JSON.parse(again.stdout)).toMatchObject({ reference: `${to.host}/x/app:2`, status: 'unchanged' })
    expect([from, to].flatMap(({ journal }) => journal.requests()).map(({ method }) => method)).toEqual([
      'HEAD',
      'HEAD',
    ])
  })

  it('goes from registry to registry where no store can be', async () => {
    const [from, to] = [await registryWith([app()]), await registryWith()]
    const root = join(await temporaryDirectory(), 'file')
    await writeFile(root, '')
    const pair = [`${from.host}/t/app:1`, `${to.host}/x:1`]
    expect(await runHere(['copy', ...pair], { root })).toMatchObject({ code: 0, stdout: `${pair[1]}\n` })
  })

  it('goes through every kind of place and comes back the same', async () => {
    const [from, to] = [await registryWith([both()]), await registryWith()]
    const directory = await temporaryDirectory()
    const root = join(directory, 'store')
    const digest = from.repository('t/app').tags()['1']
    const file = join(directory, 'app.tar')
    for (const [source, target] of [
      [`${from.host}/t/app:1`, `store:${to.host}/x:1`],
      [`store:${to.host}/x:1`, `oci-archive:${file}:${to.host}/y:1`],
      [`oci-archive:${file}`, `${to.host}/z:1`],
      [`oci:${root}:${to.host}/x:1`, `oci:${join(directory, 'layout')}:1`],
      [`oci:${join(directory, 'layout')}:1`, `dir:${join(directory, 'dir')}`],
      [`dir:${join(directory, 'dir')}`, `${to.host}/zz:1`],
    ] as const)
      expect(await runHere(['copy', source, target], { root, variables }), `${source} ${target}`).toMatchObject({
        code: 0,
      })
    expect(to.repository('z').tags()).toEqual({ 1: digest })
    expect(to.repository('zz').tags()).toEqual({ 1: digest })
    const docker = `docker-archive:${join(directory, 'docker.tar')}:${to.host}/d:1`
    expect(await runHere(['copy', `${from.host}/t/app:1`, docker], { root, variables })).toMatchObject({ code: 0 })
    expect(await runHere(['copy', docker, `${to.host}/d:1`], { root, variables })).toMatchObject({ code: 0 })
    expect(Object.keys(to.repository('d').tags())).toEqual(['1'])
    const stream = await runHere(['copy', '-q', `${from.host}/t/app:1`, 'oci-archive:-'], { root, variables })
    expect(stream.code).toBe(0)
    expect(Buffer.from(stream.stdout, 'latin1').subarray(257, 262).toString()).toBe('ustar')
  })

  it('takes one platform as it is and several as a new index, unless digests are to be preserved', async () => {
    const [from, to] = [await registryWith([both()]), await registryWith()]
    const pair = [`${from.host}/t/app:1`, `${to.host}/x:1`]
    expect(await runHere(['copy', '--platform', 'linux/arm64', ...pair])).toMatchObject({ code: 0 })
    expect(to.repository('x').blobs()).toHaveLength(2)
    expect(await runHere(['copy', '--platform', 'linux/s390x', ...pair])).toMatchObject({ code: 3 })
    const wanted = `${to.host}/x@sha256:${'0'.repeat(64)}`
    const refused = await runHere(['copy', pair[0] ?? '', wanted])
    expect(refused).toMatchObject({ code: 2 })
    expect(refused.stderr).toContain('but the image to copy is sha256:')
  })

  it('converts format and compression, says each digest that changes, and sends nothing where none may', async () => {
    const [from, to] = [await registryWith([both()]), await registryWith()]
    const pair = [`${from.host}/t/app:1`, `${to.host}/x:1`]
    const before = from.repository('t/app').tags()['1'] ?? ''
    for (const args of [
      ['--format', 'docker', '--preserve-digests', ...pair],
      ['--compression', 'zstd', '--preserve-digests', ...pair],
      ['--format', 'docker', pair[0] ?? '', `${to.host}/x@${before}`],
      ['--format', 'docker', '--compression', 'zstd', ...pair],
      ['--format', 'v2s1', ...pair],
      ['--compression', 'xz', ...pair],
    ])
      expect(await runHere(['copy', ...args]), args.join(' ')).toMatchObject({ code: 2, stdout: '' })
    expect(to.journal.requests().filter(({ method }) => method !== 'GET' && method !== 'HEAD')).toEqual([])
    const planned = await runHere(['copy', '--dry-run', '--compression', 'zstd', ...pair])
    expect(planned.stdout).toContain('to compress and send: 2 blobs')
    const docker = await runHere(['copy', '--format', 'docker', ...pair])
    expect(docker).toMatchObject({ code: 0, stdout: `${pair[1]}\n` })
    const after = to.repository('x').tags()['1'] ?? ''
    expect(docker.stderr).toContain(`Converted: ${after} instead of ${before}`)
    expect(docker.stderr).toMatch(/: Copied\n/)
    expect(docker.stderr).not.toMatch(/Pushed|Layer already/)
    const zstd = await runHere(['copy', '--json', '--compression', 'zstd', ...pair])
    expect(JSON.parse(zstd.stdout)).toMatchObject({ made: true, convertedFrom: before, sent: { blobs: 2 }, here: 2 })
    expect(zstd.stderr).toContain('Copied in zstd, as ')
    to.journal.clear()
    const again = await runHere(['copy', '--json', '--compression', 'zstd', ...pair])
    expect(JSON.parse(again.stdout)).toMatchObject({ status: 'unchanged', sent: { blobs: 0 }, here: 4 })
    expect(to.journal.requests({ kind: 'upload' })).toEqual([])
    // As it is: what needs no conversion preserves digests.
    expect(await runHere(['copy', '--format', 'oci', '--preserve-digests', ...pair])).toMatchObject({ code: 0 })
    expect(to.repository('x').tags()['1']).toBe(before)
  })

  it('copies the tags that are wanted', async () => {
    const from = await registryWith([app('t/app:1.0'), app('t/app:1.1'), app('t/app:1.1-rc'), app('t/app:2.0')])
    const to = await registryWith()
    const copied = await runHere([
      'copy',
      '--all-tags',
      '--include',
      String.raw`^1\.`,
      '--exclude',
      'rc$',
      `${from.host}/t/app`,
      `${to.host}/x`,
    ])
    expect(copied).toMatchObject({ code: 0, stdout: `${to.host}/x:1.0\n${to.host}/x:1.1\n` })
    expect(Object.keys(to.repository('x').tags())).toEqual(['1.0', '1.1'])
    // skopeo's word for an index as a whole is no word for tags.
    expect(await runHere(['copy', '-a', `${from.host}/t/app:2.0`, `${to.host}/x:2`])).toMatchObject({ code: 0 })
    for (const args of [
      ['--all-tags', `${from.host}/t/app:1.0`, `${to.host}/x`],
      ['--include', 'x', `${from.host}/t/app:1.0`, `${to.host}/x`],
      ['--all-tags', '--include', '(', `${from.host}/t/app`, `${to.host}/x`],
      ['--all-tags', '--include', 'none', `${from.host}/t/app`, `${to.host}/x`],
      ['--referrers', `${from.host}/t/app:1.0`, 'dir:x'],
      ['--referrers', 'docker-archive:x.tar', `${to.host}/x`],
      ['--referrers', '--format', 'docker', `${from.host}/t/app:1.0`, `${to.host}/x`],
      ['--all-tags', `${from.host}/t/app`, 'oci:layout:1'],
      ['--all-tags', `${from.host}/t/app`, 'dir:x'],
      ['dir:', `${to.host}/x`],
      ['oci:', `${to.host}/x`],
      ['--src-creds', 'alice', `${from.host}/t/app:1.0`, `${to.host}/x`],
      ['--dest-creds', 'a:b', `${from.host}/t/app:1.0`, 'store:x'],
      ['--dry-run', `${from.host}/t/app:1.0`, 'oci-archive:-'],
      ['--platform', 'linux/amd64', '--platform', 'linux/arm64', `${from.host}/t/app:1.0`, 'docker-archive:x.tar'],
    ])
      expect(await runHere(['copy', ...args]), args.join(' ')).toMatchObject({ code: 2, stdout: '' })
  })

  it('tells what it copied when the list of tags breaks off, and the failure as an event where those are read', async () => {
    const [from, to] = [await registryWith([app('t/app:a')]), await registryWith()]
    const next = '</v2/t/app/tags/list?last=a>; rel="next"'
    from.addFault({ on: 'tags', nth: 1, then: { headers: { link: next } } })
    from.addFault({ on: 'tags', nth: 2, then: { status: 403 } })
    const copied = await runHere(['copy', '--all-tags', '--progress', 'json', `${from.host}/t/app`, `${to.host}/x`])
    expect(copied).toMatchObject({ code: 4, stdout: `${to.host}/x:a\n` })
    const last = copied.stderr.trimEnd().split('\n').at(-1) ?? ''
    expect(JSON.parse(last)).toMatchObject({ type: 'error', code: 'DENIED', exitCode: 4 })
  })

  it('brings referrers along, those of referrers and those under tags of cosign', async () => {
    const from = await registryWith()
    const subject = await from.seed(app())
    const { digest } = subject
    const sbom = await from.seed(artifact('t/app:sbom', 'application/x.sbom').subject(subject))
    let above = await from.seed(artifact('t/app:signature', 'application/x.signature').subject(sbom))
    for (const name of ['t/app:a', 't/app:b', 't/app:c'])
      above = await from.seed(artifact(name, `application/x.of-${above.digest.slice(-8)}`).subject(above))
    await from.seed(app(`t/app:${digest.replace(':', '-')}.sig`))
    for (const referrers of [true, false]) {
      const to = await registryWith([], { referrers })
      const copied = await runHere(['copy', '--referrers', '--json', `${from.host}/t/app:1`, `${to.host}/x:1`])
      expect(copied).toMatchObject({ code: 0 })
      expect((JSON.parse(copied.stdout) as { referrers: unknown[] }).referrers).toHaveLength(6)
      expect(Object.keys(to.repository('x').tags())).toContain(`${digest.replace(':', '-')}.sig`)
    }
  })

  it('brings referrers along through a store, a layout and an archive, with what refers to them', async () => {
    const [from, to] = [await registryWith(), await registryWith()]
    const subject = await from.seed(app())
    const sbom = await from.seed(artifact('t/app:sbom', 'application/x.sbom').subject(subject))
    await from.seed(artifact('t/app:signature', 'application/x.signature').subject(sbom))
    const cosign = `${subject.digest.replace(':', '-')}.sig`
    await from.seed(app(`t/app:${cosign}`))
    const directory = await temporaryDirectory()
    const root = join(directory, 'store')
    const [layout, archive] = [`oci:${join(directory, 'layout')}:1`, `oci-archive:${join(directory, 'a.tar')}:1`]
    for (const [source, target] of [
      [`${from.host}/t/app:1`, 'store:t/app:1'],
      ['store:t/app:1', layout],
      [layout, archive],
      [archive, `${to.host}/x:1`],
    ] as const) {
      const planned = await runHere(['copy', '--referrers', '--dry-run', source, target], { root })
      expect(planned.stdout, target).toContain('of 3 referrers: ')
      const copied = await runHere(['copy', '--referrers', '--json', source, target], { root })
      expect(copied, `${target} ${copied.stderr}`).toMatchObject({ code: 0 })
      expect((JSON.parse(copied.stdout) as { referrers: unknown[] }).referrers, target).toHaveLength(3)
    }
    expect(Object.keys(to.repository('x').tags()).toSorted()).toEqual(['1', cosign])
    const found = await runHere(['referrers', '--json', `${to.host}/x@${sbom.digest}`])
    expect(found.stdout).toContain('application/x.signature')
  })

  it('copies all tags into a layout and an archive, and all of those back', async () => {
    const from = await registryWith([app('t/app:1.0'), app('t/app:1.1'), app('t/app:2.0')])
    const to = await registryWith()
    const directory = await temporaryDirectory()
    const [layout, archive] = [`oci:${join(directory, 'layout')}`, `oci-archive:${join(directory, 'a.tar')}`]
    const docker = `docker-archive:${join(directory, 'd.tar')}`
    const root = join(directory, 'store')
    for (const [args, expected] of [
      [
        ['--include', '^1', `${from.host}/t/app`, layout],
        [`${layout}:1.0`, `${layout}:1.1`],
      ],
      [
        [layout, archive],
        [`${archive}:1.0`, `${archive}:1.1`],
      ],
      [['--exclude', '1$', archive, `${to.host}/x`], [`${to.host}/x:1.0`]],
      [
        [archive, `store:${to.host}/s`],
        [`${to.host}/s:1.0`, `${to.host}/s:1.1`],
      ],
      [
        [`store:${to.host}/s`, docker],
        [`${docker}:${to.host}/s:1.0`, `${docker}:${to.host}/s:1.1`],
      ],
      [
        [docker, `${to.host}/y`],
        [`${to.host}/y:1.0`, `${to.host}/y:1.1`],
      ],
    ] as const) {
      const planned = await runHere(['copy', '--all-tags', '--dry-run', ...args], { root, variables })
      expect(planned.code, planned.stderr).toBe(0)
      const copied = await runHere(['copy', '--all-tags', ...args], { root, variables })
      expect(copied, copied.stderr).toMatchObject({ code: 0, stdout: `${expected.join('\n')}\n` })
    }
    expect(to.repository('x').tags()).toEqual({ '1.0': from.repository('t/app').tags()['1.0'] })
    const out = await runHere(['copy', '--all-tags', layout, 'oci-archive:-'], { root })
    const input = Buffer.from(out.stdout, 'latin1')
    const back = await runHere(['copy', '--all-tags', 'oci-archive:-', `${to.host}/z`], { root, input })
    expect(back.stdout).toBe(`${to.host}/z:1.0\n${to.host}/z:1.1\n`)
    for (const name of ['a.test/one:1', 'a.test/two:1'])
      await runHere(['copy', `${from.host}/t/app:1.0`, `oci:${join(directory, 'same')}:${name}`])
    await runHere(['copy', `${from.host}/t/app:1.1`, `oci:${join(directory, 'same')}:a.test/two:1`])
    const same = await runHere(['copy', '--all-tags', `oci:${join(directory, 'same')}`, `${to.host}/same`])
    expect(same).toMatchObject({ code: 2, stdout: `${to.host}/same:1\n` })
    expect(same.stderr).toContain('a.test/two:1 and a.test/one:1 would both be')
    const none = await runHere(['copy', '--all-tags', '--include', 'x', layout, `oci-archive:${directory}/n.tar`])
    expect(none).toMatchObject({ code: 2 })
    expect(existsSync(join(directory, 'n.tar'))).toBe(false)
  })

  it('says what it would do, and does nothing', async () => {
    const [from, to] = [await registryWith([app()]), await registryWith()]
    const pair = [`${from.host}/t/app:1`, `${to.host}/x:1`]
    const plan = await runHere(['copy', '--dry-run', ...pair])
    expect(plan).toMatchObject({ code: 0 })
    expect(plan.stdout).toMatch(
      /to send: 3 blobs, .*\n {2}to mount: 0 blobs.*\n {2}there already: 0 blobs.*\n {2}requests that write: 7\n$/,
    )
    expect(to.journal.requests().filter(({ method }) => method !== 'GET' && method !== 'HEAD')).toEqual([])
    const near = await runHere(['copy', '--dry-run', '--json', pair[0] ?? '', `${from.host}/x:1`])
    expect(JSON.parse(near.stdout)).toMatchObject({ mount: { blobs: 3 }, send: { blobs: 0 }, requests: 4 })
    const directory = await temporaryDirectory()
    for (const target of [
      `oci-archive:${join(directory, 'x.tar')}`,
      `oci:${join(directory, 'layout')}:1`,
      `dir:${join(directory, 'dir')}`,
      'store:x:1',
      `store:${from.host}/x:1`,
    ]) {
      const planned = await runHere(['copy', '--dry-run', pair[0] ?? '', target], { root: join(directory, 'store') })
      expect(planned, target).toMatchObject({ code: 0 })
      expect(planned.stdout).toContain('to send: 3 blobs')
    }
    expect(await readdir(directory)).toEqual([])
  })

  it('reads an archive from standard input, and writes one to standard output', async () => {
    const [from, to] = [await registryWith([both()]), await registryWith()]
    const root = join(await temporaryDirectory(), 'store')
    const digest = from.repository('t/app').tags()['1']
    for (const [kind, expected] of [
      ['oci-archive', digest],
      ['docker-archive', expect.stringMatching(/^sha256:/) as unknown],
    ] as const) {
      const out = await runHere(['copy', `${from.host}/t/app:1`, `${kind}:-:t/app:1`], { root, variables })
      expect(out).toMatchObject({ code: 0 })
      const input = Buffer.from(out.stdout, 'latin1')
      const back = await runHere(['copy', `${kind}:-`, `${to.host}/${kind}:1`], { root, variables, input })
      expect(back, back.stderr).toMatchObject({ code: 0, stdout: `${to.host}/${kind}:1\n` })
      expect(back.stderr).toContain(
        `The archive comes through a pipe and is written to a temporary file in ${tmpdir()} first\n`,
      )
      expect(to.repository(kind).tags()).toEqual({ 1: expected })
    }
    const terminal = await runHere(['copy', 'oci-archive:-', `${to.host}/x:1`], { answer: '' })
    expect(terminal).toMatchObject({ code: 2 })
    expect(await runHere(['copy', 'oci-archive:-', `${to.host}/x:1`], { input: 'no archive' })).toMatchObject({
      code: 6,
    })
  })

  it.each(['docker-archive', 'oci-archive', 'oci', 'dir'])(
    'warns of layers that are left out, and that docker does not load, quietly too: %s',
    async (kind) => {
      const foreign = 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip'
      const odd = app().layer({ base: 'x' }, { mediaType: foreign }).layer({ z: 'z' }, { compression: 'zstd' })
      const from = await registryWith([odd])
      const to = join(await temporaryDirectory(), 'there')
      const target = kind === 'dir' ? `dir:${to}` : `${kind}:${to}:t/app:1`
      const run = (...args: string[]): ReturnType<typeof runHere> =>
        runHere(['copy', '-q', ...args, `${from.host}/t/app:1`, target], { variables })
      const { code, stderr } = await run()
      expect(code).toBe(0)
      expect(stderr).toContain('WARNING: without a layer that is not to be distributed: whoever loads the image must')
      expect(stderr.includes('docker before 23 cannot load it')).toBe(kind === 'docker-archive')
      expect((await run('--include-foreign')).stderr).not.toContain('not to be distributed')
    },
  )

  it('says that a compressed archive is unpacked first, and prints what its images are called without escapes', async () => {
    const directory = await temporaryDirectory()
    const file = join(directory, 'strange.tar.gz')
    const { manifest } = testImage('one')
    const names = ['a\u001b[2Jb:1', '\u009b31m:2', '../../etc/passwd:3', 'x\r\ny:4']
    const members = ociArchive(
      [testImage('one')],
      names.map((fullName) => ({ bytes: manifest, fullName })),
    )
    await writeFile(file, gzipSync(await archiveOf(members)))
    const to = `oci:${join(directory, 'layout')}`
    for (const args of [['--dry-run'], []]) {
      const { stdout, stderr } = await runHere(['copy', ...args, '--all-tags', `oci-archive:${file}`, to])
      for (const shown of ['a\\x1b[2Jb:1', '\\x9b31m:2', '../../etc/passwd:3', 'x\\x0d\\x0ay:4'])
        expect(stdout).toContain(`${to}:${shown}`)
      // oxlint-disable-next-line no-control-regex
      expect(stdout + stderr).not.toMatch(/[\u001b\u009b\r]/)
      expect(stderr).toContain(`The archive is compressed and is unpacked into a temporary file in ${tmpdir()} first\n`)
    }
    // Nothing is made outside of the layout.
    expect((await readdir(directory)).toSorted()).toEqual(['layout', 'strange.tar.gz'])
  })

  it('holds layers against their diffIDs before a store has a name for them', async () => {
    const wrong = parseDigest(`sha256:${'1'.repeat(64)}`)
    const from = await registryWith([app('t/app:bad').diffIds([wrong, wrong]), app('t/app:1')])
    const root = join(await temporaryDirectory(), 'store')
    const refused = await runHere(['copy', `${from.host}/t/app:bad`, 'store:t/app:1'], { root })
    expect(refused).toMatchObject({ code: 6, stdout: '' })
    expect(await runHere(['images', '-q'], { root })).toMatchObject({ stdout: '' })
    expect(await runHere(['copy', `${from.host}/t/app:1`, 'store:t/app:1'], { root })).toMatchObject({ code: 0 })
    const again = await runHere(['copy', '--json', `${from.host}/t/app:1`, 'store:t/app:1'], { root })
    expect(JSON.parse(again.stdout)).toMatchObject({ status: 'unchanged' })
    expect(await readdir(join(root, 'lading', 'diff-ids', 'sha256'))).toHaveLength(2)
  })

  it('does not end with a pattern that never does', async () => {
    // A busy machine may not answer at all in the time that is given to what never ends.
    const patient = boundedPattern(/^(a+)+$/v, { timeoutMs: 60_000 })
    expect([patient('aaa'), patient('b')]).toEqual([true, false])
    const never = boundedPattern(/^(a+)+$/v, { timeoutMs: 20 })
    expect(() => never(`${'a'.repeat(100)}-`)).toThrow(/takes too long on a/)
  })

  it('shows each side who it is, and the other side nothing of it', async () => {
    const auth = (username: string): TestRegistryOptions => ({ auth: { kind: 'basic', username, password: 'secret' } })
    const [from, to] = [await registryWith([app()], auth('alice')), await registryWith([], auth('bob'))]
    const pair = [`${from.host}/t/app:1`, `${to.host}/x:1`]
    expect(await runHere(['copy', '--src-creds', 'alice:secret', ...pair])).toMatchObject({ code: 4 })
    const creds = ['--src-creds', 'alice:secret', '--dest-creds', 'bob:secret']
    expect(await runHere(['copy', ...creds, ...pair])).toMatchObject({ code: 0 })
    expect(Object.keys(to.repository('x').tags())).toEqual(['1'])
  })

  it('names the option that is for registries alone', async () => {
    for (const option of ['--src-creds=a:b', '--src-tls-verify=false', '--dest-creds=a:b', '--dest-tls-verify=true']) {
      const { code, stderr } = await runHere(['copy', option, 'store:a', 'store:b'])
      expect(code).toBe(2)
      expect(stderr).toContain(`is not a registry, so it cannot be used with ${option.split('=')[0]}`)
      expect(stderr).not.toContain('a:b')
    }
  })

  it('checks certificates at one side and not at the other, whatever --insecure says of both', async () => {
    const [from, to] = [await registryWith([app()], { tls: true }), await registryWith([], { tls: true })]
    const args = ['--insecure', from.host, '--insecure', to.host, `${from.host}/t/app:1`, `${to.host}/x:1`]
    for (const verify of ['--src-tls-verify', '--dest-tls-verify'])
      expect(await runHere(['copy', `${verify}=true`, ...args])).toMatchObject({ code: 5 })
    const range = ['--insecure', '127.0.0.0/8', ...args.slice(4)]
    expect(await runHere(['copy', '--src-tls-verify=true', ...range])).toMatchObject({ code: 5 })
    const hosts = await temporaryDirectory()
    for (const { host } of [from, to]) {
      await mkdir(join(hosts, host))
      const toml = `server = "https://${host}"\n[host."https://${host}"]\n  skip_verify = true\n`
      await writeFile(join(hosts, host, 'hosts.toml'), toml)
    }
    const files = ['--hosts-dir', hosts, ...args.slice(4)]
    expect(await runHere(['copy', '--dest-tls-verify=true', ...files])).toMatchObject({ code: 5 })
    expect(await runHere(['copy', ...files])).toMatchObject({ code: 0 })
    expect(
      await runHere(['copy', '--src-tls-verify=false', '--dest-tls-verify=false', ...args.slice(4)]),
    ).toMatchObject({
      code: 0,
    })
  })

  it('shows a registry that is both sides to each who it is', async () => {
    const registry = await registryWith([app()], { auth: { kind: 'basic', username: 'alice', password: 'secret' } })
    const pair = [`${registry.host}/t/app:1`, `${registry.host}/x:1`]
    expect(
      await runHere(['copy', '--src-creds', 'alice:secret', '--dest-creds', 'alice:wrong', ...pair]),
    ).toMatchObject({
      code: 4,
    })
    expect(await runHere(['copy', '--src-creds', 'alice:secret', ...pair])).toMatchObject({ code: 4 })
    const written = registry.journal.requests().filter(({ method }) => method !== 'GET' && method !== 'HEAD')
    expect(written).toEqual([])
    const creds = ['--src-creds', 'alice:secret', '--dest-creds', 'alice:secret']
    expect(await runHere(['copy', ...creds, ...pair])).toMatchObject({ code: 0 })
  })

  it('leaves nothing behind where the source is none', async () => {
    const directory = await temporaryDirectory()
    const from = await registryWith()
    await mkdir(join(directory, 'd'))
    await writeFile(join(directory, 'f'), 'no archive')
    for (const [source, code] of [
      [`${from.host}/none:1`, 3],
      [`oci:${join(directory, 'none')}:x`, 7],
      [`oci:${join(directory, 'f')}:x`, 7],
      [`oci:${join(directory, 'd')}:x`, 1],
      [`oci-archive:${join(directory, 'f')}:x`, 6],
    ] as const) {
      const failed = await runHere(['copy', source, `oci-archive:${join(directory, 'out.tar')}`])
      expect(failed.stdout, source).toBe('')
      expect(failed.code, `${source} ${failed.stderr}`).toBe(code)
      expect((await readdir(directory)).toSorted()).toEqual(['d', 'f'])
    }
  })
})

describe('what a copy has opened', () => {
  it('is closed, all of it, and the first failure is the one that is told', async () => {
    const closed: string[] = []
    const closer = (name: string, error?: Error) => async () => {
      closed.push(name)
      if (error !== undefined) throw error
    }
    const [first, second, third] = [new Error('first'), new Error('second'), new Error('third')]
    const closers = [closer('a', second), closer('b', third), closer('c')]
    await expect(closingAll(() => Promise.reject(first), closers)).rejects.toBe(first)
    await expect(closingAll(async () => 1, closers)).rejects.toBe(second)
    expect(closed.join('')).toBe('abcabc')
    expect(await closingAll(async () => 1, [closer('d')])).toBe(1)
  })
})

describe('a place of a copy', () => {
  it.each([
    ['alpine', { kind: 'registry' }],
    ['docker://alpine:3', { kind: 'registry' }],
    ['localhost:5000/x:1', { kind: 'registry' }],
    ['store:alpine', { kind: 'store' }],
    ['docker://store:5000/x', { kind: 'registry' }],
    ['oci:dir:localhost:5000/x:1', { kind: 'layout', path: 'dir', name: 'localhost:5000/x:1' }],
    ['oci-archive:/a b/x.tar', { kind: 'oci-archive', path: '/a b/x.tar', name: undefined }],
    ['dir:a:b', { kind: 'directory', path: 'a:b' }],
    ['docker-archive:-:x:1', { kind: 'docker-archive', path: '-', name: 'x:1' }],
  ])('%s', (text, place) => expect(parseCopyPlace(text)).toMatchObject(place))

  it.each(['bogus://x', 'https://x.test/y', 'docker-daemon:x', 'OCI-DIR://x', './x.tar', '/x/y.tar', 'Oci:x', ''])(
    'is named with those that there are where %j is none',
    (text) => {
      const failure = ((): unknown => {
        try {
          return parseCopyPlace(text)
        } catch (error) {
          return error
        }
      })()
      const hint: unknown = expect.stringContaining(
        'docker://REF, store:REF, oci:DIR[:NAME], oci-archive:FILE[:NAME], docker-archive:FILE[:REF] and dir:DIR',
      )
      expect(failure).toMatchObject({ code: 'USAGE', hint })
      expect(failure).not.toMatchObject({ hint: expect.stringContaining('no URL') as unknown })
    },
  )

  it('is one, or a typed error, whatever is written', () => {
    const kindOrCode = (text: string): string => {
      try {
        return parseCopyPlace(text).kind
      } catch (error) {
        return (error as { readonly code: string }).code
      }
    }
    const places = fc.oneof(
      fc.string(),
      fc.string().map((text) => `oci:${text}`),
      fc.string().map((text) => `docker://${text}`),
    )
    const known =
      /^(registry|store|layout|directory|(oci|docker)-archive|USAGE|(REFERENCE|DOMAIN|TAG|DIGEST|NAME)[A-Z_0-9]*)$/
    fc.assert(
      fc.property(places, (text) => {
        expect(kindOrCode(text)).toMatch(known)
      }),
    )
  })
})
