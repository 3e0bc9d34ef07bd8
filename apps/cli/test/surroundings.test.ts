import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { image, makeCertificate, startTestRegistry, type TestRegistry } from '@lading/test-registry'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { pathOf } from '../../../test/support/real-parts.ts'
import { isRoot, mounting, needs, root } from '../../../test/support/needs.ts'
import { atScale } from '../../../test/support/scale.ts'
import { consult } from '../../../packages/store/test/oracle.ts'
import { bin, lading, start, type Ended } from './support/lading.ts'
import { runHere } from './support/run-here.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

/** What root may do everywhere, this process may not: it runs as root all the same, so that it can read its own files. */
const withoutOverride = [
  'setpriv',
  '--bounding-set=-dac_override,-dac_read_search',
  '--inh-caps=-dac_override,-dac_read_search',
]

/** Told in one line, with what to do in a second, and nothing of our insides. */
function expectClear({ code, stdout, stderr }: Ended, exit: number, ...says: string[]): void {
  expect({ code, stdout }, stderr).toEqual({ code: exit, stdout: '' })
  const lines = stderr.trimEnd().split('\n')
  const errors = lines.filter((line) => line.startsWith('lading: '))
  expect(errors, stderr).toHaveLength(1)
  expect(lines.at(-1), stderr).toMatch(/^hint: ./)
  expect(stderr).not.toMatch(/^\s+at /m)
  for (const text of says) expect(errors[0]).toContain(text)
}

describe('a pull in bad surroundings', () => {
  let registry: TestRegistry
  let small: string
  let big: string
  let bigLayer: string
  beforeAll(async () => {
    registry = await startTestRegistry()
    await registry.seed(image('t/small:1').layer({ a: 'a' }))
    bigLayer = (await registry.seed(image('t/big:1').randomLayer(3_000_000))).layers[0]?.digest ?? ''
    small = `${registry.host}/t/small:1`
    big = `${registry.host}/t/big:1`
  })
  afterAll(() => registry.close())

  it('a root below a regular file', async () => {
    const directory = await temporaryDirectory()
    await writeFile(join(directory, 'file'), '')
    expectClear(await runHere(['pull', small, '--root', join(directory, 'file', 'root')]), 7, join(directory, 'file'))
  })

  it('a root that may not be written', isRoot ? needs('setpriv') : {}, async () => {
    const directory = await temporaryDirectory()
    await chmod(directory, 0o555)
    const ended = await lading(['pull', small, '--root', join(directory, 'root')], {
      node: [...(isRoot ? withoutOverride : []), process.execPath, bin],
    })
    expectClear(ended, 7, 'permission denied', join(directory, 'root'))
  })

  it(
    'a full disk: what was here is served, and the pull completes when there is room',
    needs('mount', 'umount', root, mounting),
    async () => {
      const disk = await mkdtemp(join(tmpdir(), 'lading-disk-'))
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk])
      onTestFinished(async () => {
        execFileSync('umount', [disk])
        await rm(disk, { recursive: true })
      })
      const store = join(disk, 'root')
      expect((await runHere(['pull', '-q', small, '--root', store])).code).toBe(0)
      // What does not fit is not begun; what no longer fits on the way ends the same.
      registry.journal.clear()
      expectClear(await runHere(['pull', big, '--root', store]), 7, 'no space left', 't/big:1')
      expect(registry.journal.blob(bigLayer).requests).toEqual([])
      execFileSync('mount', ['-o', 'remount,size=6m', disk])
      registry.addFault({ on: 'blob', digest: bigLayer, times: 1, then: { bytesPerSecond: 2_000_000 } })
      let filling = Promise.resolve()
      const end = registry.journal.subscribe((entry) => {
        if (entry?.target === bigLayer) filling = filling.then(() => fill(disk))
      })
      expectClear(await runHere(['pull', big, '--root', store]), 7, 'no space left', 't/big:1')
      end()
      await filling
      expect(consult(store, { afterCrash: true }).violations).toEqual([])
      expect((await runHere(['images', '-q', '--root', store])).stdout.trim()).toMatch(/^[0-9a-f]{12}$/)
      expect((await runHere(['pull', '-q', small, '--root', store])).code).toBe(0)
      // To the last block: whoever is told to remove something must be able to.
      await fill(disk)
      const removed = await runHere(['prune', '--max-size', '1', '--root', store])
      expect(removed).toMatchObject({ code: 0, stderr: '' })
      expect(removed.stdout).toMatch(/^Untagged: .*t\/small:1$/m)
      execFileSync('mount', ['-o', 'remount,size=20m', disk])
      expect((await runHere(['pull', '-q', big, '--root', store])).code).toBe(0)
      expect(consult(store, { afterCrash: true }).violations).toEqual([])
    },
  )

  it('a user that is only a number, without a home, as clusters run containers', needs('setpriv', root), async () => {
    const files = '--inh-caps=+dac_override'
    const nobody = ['setpriv', '--reuid=1000690000', '--clear-groups', files, files.replace('inh', 'ambient')]
    const unset = ['HOME', 'DOCKER_CONFIG', 'XDG_CONFIG_HOME', 'XDG_RUNTIME_DIR', 'NETRC', 'LADING_HOSTS']
    const ended = await lading(['pull', '-q', small, '--root', await temporaryDirectory()], {
      node: [...nobody, 'env', ...unset.flatMap((name) => ['-u', name]), process.execPath, bin],
    })
    expect(ended).toEqual({ code: 0, stdout: `${small}\n`, stderr: '' })
  })

  it('nobody at the address', async () => {
    const gone = await startTestRegistry()
    await gone.close()
    expectClear(
      await runHere(['pull', `${gone.host}/t/small:1`, '--root', await temporaryDirectory()]),
      5,
      `${gone.host}/t/small:1`,
      'refused',
    )
  })

  it('a host that does not exist', async () => {
    expectClear(
      await runHere(['pull', 'registry.invalid/t/small:1', '--root', await temporaryDirectory()]),
      5,
      'registry.invalid',
    )
  })

  it('a certificate that is not accepted, and one accepted with --insecure', async () => {
    const tls = await startTestRegistry({
      tls: makeCertificate({ hosts: ['127.0.0.1'] }),
      images: [image('t/small:1').layer({ a: 'a' })],
    })
    onTestFinished(() => tls.close())
    const reference = `${tls.host}/t/small:1`
    const refused = await runHere(['pull', reference, '--root', await temporaryDirectory()])
    expectClear(refused, 5, reference, 'self-signed')
    expect(refused.stderr).toContain('--insecure')
    expect(
      (await runHere(['pull', '-q', '--insecure', tls.host, reference, '--root', await temporaryDirectory()])).code,
    ).toBe(0)
  })

  it('a store of a newer format is refused and left as it is', async () => {
    const store = await temporaryDirectory()
    await mkdir(join(store, 'lading'), { recursive: true })
    await writeFile(join(store, 'lading', 'version'), '999\n')
    expectClear(await runHere(['pull', small, '--root', store]), 7, '999')
  })

  it('a second SIGINT ends at once', async () => {
    registry.addFault({ on: 'blob', digest: bigLayer, afterBytes: 500_000, then: 'stall' })
    const store = await temporaryDirectory()
    const pull = start(['pull', big, '--root', store])
    await pull.said(/: Downloading/)
    pull.child.kill('SIGINT')
    pull.child.kill('SIGINT')
    const { code } = await pull.ended
    // By the signal, for which a shell says 130 too; two that arrive together are one, and that ends it in good order.
    expect(pull.child.signalCode ?? code).toBeOneOf(['SIGINT', 130])
    registry.clearFaults()
    expect((await runHere(['pull', '-q', big, '--root', store])).code).toBe(0)
    expect(consult(store, { afterCrash: true }).violations).toEqual([])
  })

  it.skipIf(process.platform === 'win32').each([
    ['one SIGTERM ends a process that hangs in a system call', []],
    ['and one that has nothing else to do, at once', ['done']],
  ])('%s', async (_, args) => {
    const fifo = join(await temporaryDirectory(), 'fifo')
    execFileSync(pathOf('mkfifo'), [fifo])
    const script = fileURLToPath(new URL('support/hanging.ts', import.meta.url))
    const hanging = start([fifo, ...args], { node: [process.execPath, '--conditions=@lading/source', script] })
    await once(hanging.child.stdout as Readable, 'data')
    hanging.child.kill('SIGTERM')
    expect(await hanging.ended).toEqual({ code: null, stdout: 'hanging', stderr: 'terminal restored' })
    expect(hanging.child.signalCode).toBe('SIGTERM')
  })

  it.each([
    ['images', '--root='],
    ['pull', '--root', '', 'registry.test/a'],
    ['hosts', '--hosts-dir', '', 'registry.test/a'],
    ['blob', '-o', '', `registry.test/a@sha256:${'0'.repeat(64)}`],
  ])('an empty path is a wrong command line: %s %s', async (...args) => {
    const { code, stderr } = await runHere(args)
    expect(stderr).toContain("It must not be empty; '.' is the current directory.")
    expect(code).toBe(2)
  })

  it.skipIf(process.platform === 'win32')(
    'a relative root where the current directory was removed is refused',
    async () => {
      const gone = join(await temporaryDirectory(), 'gone')
      await mkdir(gone)
      const child = spawnSync(
        'sh',
        ['-c', 'cd "$0" && rmdir "$0" && exec "$@"', gone, process.execPath, bin, 'images', '--root', 'store'],
        { encoding: 'utf8' },
      )
      expectClear({ ...child, code: child.status }, 7, 'store does not exist: the current directory was removed')
    },
  )

  it('a root with a name that is too long is refused', async () => {
    expectClear(await runHere(['images', '--root', `/tmp/${'a'.repeat(300)}`]), 7, 'the name is too long')
  })

  it.skipIf(process.platform !== 'linux')('a root below a directory that takes none is refused', async () => {
    const store = '/proc/1/x/y'
    expectClear(await runHere(['pull', small, '--root', store]), 7, 'cannot create a directory at /proc/1/x')
  })

  it('a kill leaves nothing named that is not whole, and the next pull goes on', async () => {
    registry.addFault({ on: 'blob', digest: bigLayer, afterBytes: 1_500_000, times: 1, then: 'stall' })
    const store = await temporaryDirectory()
    const pull = start(['pull', '--progress', 'json', big, '--root', store])
    await pull.said(/"current":1500000/)
    pull.child.kill('SIGKILL')
    await pull.ended
    registry.clearFaults()
    registry.journal.clear()
    expect(consult(store, { afterCrash: true })).toMatchObject({ violations: [], names: {} })
    const again = await runHere(['pull', '--progress', 'json', big, '--root', store])
    expect(again.code).toBe(0)
    expect(again.stderr).toContain('"layer:resume"')
    expect(registry.journal.blob(bigLayer).requests.map(({ range }) => range)).toEqual([
      expect.stringMatching(/^bytes=1500000-\d+$/),
    ])
    expect(consult(store, { afterCrash: true }).violations).toEqual([])
  })

  it('processes that pull the same image of ten layers into one root: all succeed, no blob is fetched more than twice, each is stored once', async () => {
    const many = Array.from({ length: 9 }, (_, number) => number).reduce(
      (built, number) => built.layer({ number: String(number) }),
      image('t/many:1').randomLayer(3_000_000, { seed: 2 }),
    )
    const { layers, config, digest } = await registry.seed(many)
    const store = await temporaryDirectory()
    registry.journal.clear()
    const ended = await Promise.all(
      Array.from({ length: atScale(3, 8) }, () =>
        lading(['pull', '-q', '--platform', 'linux/amd64', `${registry.host}/t/many:1`, '--root', store]),
      ),
    )
    // On a machine that is busy one waits for another for long enough to say so, or to overtake it.
    const waits = /^waiting for process \d+, which (?:downloads|has) .*\n/gm
    expect(ended.map(({ code, stderr }) => [code, stderr.replaceAll(waits, '')])).toEqual(ended.map(() => [0, '']))
    for (const blob of [config, ...layers])
      expect(registry.journal.blob(blob.digest).requests.length, blob.digest).toBeOneOf([1, 2])
    // No second copy on its way, nothing set aside.
    expect(consult(store)).toMatchObject({
      violations: [],
      blobs: [digest, config.digest, ...layers.map((layer) => layer.digest)].toSorted(),
    })
  })

  it('a reader that has seen enough', needs('bash'), async () => {
    const store = await temporaryDirectory()
    await runHere(['pull', '-q', small, '--root', store])
    const { status, stdout, stderr } = spawnSync('bash', [
      '-c',
      `set -o pipefail; "$0" "$1" images --root "$2" | head -1`,
      process.execPath,
      bin,
      store,
    ])
    expect({ status, stdout: stdout.toString().slice(0, 10), stderr: stderr.toString() }).toEqual({
      status: 0,
      stdout: 'REPOSITORY',
      stderr: '',
    })
  })
})

/** To the last block. */
async function fill(directory: string): Promise<void> {
  for (const size of [262_144, 4_096, 1])
    while (await fits(join(directory, `filler-${String(process.hrtime.bigint())}`), size)) continue
}

const fits = (path: string, size: number): Promise<boolean> =>
  writeFile(path, new Uint8Array(size).fill(1)).then(
    () => true,
    () => false,
  )
