import { cp, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { image, startTestRegistry, type TestRegistry } from '@lading/test-registry'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { consult } from '../../../packages/store/test/oracle.ts'
import { enlarged, needs } from '../../../test/support/needs.ts'
import { bin, lading, start, type Ended } from './support/lading.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

/** Through a shell that sets its process up first. */
const after = (script: string, args: readonly string[]): Promise<Ended> =>
  lading(args, { node: ['sh', '-c', `${script}; exec "$@"`, 'sh', process.execPath, bin] })

/** As if it were then. What a file system writes down is not changed by it. */
const at = (date: string, args: readonly string[]): Promise<Ended> => {
  const script = `const was = Date.now, by = Date.parse('${date}') - was(), Old = Date;
    globalThis.Date = class extends Old { constructor(...of) { super(...(of.length === 0 ? [was() + by] : of)) } static now() { return was() + by } }`
  const clock = `data:text/javascript,${encodeURIComponent(script)}`
  return lading(args, { node: [process.execPath, '--import', clock, bin] })
}

describe('a process whose surroundings are bad', needs(enlarged), () => {
  let registry: TestRegistry
  let big: string
  let layer: string
  beforeAll(async () => {
    registry = await startTestRegistry()
    const small = image('t/big:1').layer({ a: 'a' }).layer({ b: 'b' }).layer({ c: 'c' })
    layer = (await registry.seed(small.randomLayer(3_000_000))).layers[3]?.digest ?? ''
    big = `${registry.host}/t/big:1`
  })
  afterAll(() => registry.close())

  const pull = (store: string): readonly string[] => ['pull', '-q', big, '--root', store]

  async function expectPulled(store: string, ended: Ended): Promise<void> {
    expect(ended.stderr).toBe('')
    expect(ended.code).toBe(0)
    const { violations, names } = consult(store, { afterCrash: true })
    expect(violations).toEqual([])
    expect(Object.keys(names)).toContain(big)
  }

  it.each(['umask 0000', 'cd "$(mktemp -d)" && rmdir "$PWD"', 'exec <&-', 'unset HOME'])(
    'pulls all the same: %s',
    async (script) => {
      const store = join(await temporaryDirectory(), 'store')
      await expectPulled(store, await after(script, pull(store)))
    },
  )

  it.each([
    ['--fsize=1000000', 'the file size limit is reached'],
    ['--nofile=24', 'too many open files'],
  ])('says which limit it met, and goes on without it: %s', needs('prlimit'), async (limit, says) => {
    const store = await temporaryDirectory()
    const node = ['prlimit', limit, process.execPath, bin]
    const { code, stderr } = await lading(pull(store), { node })
    expect(stderr).toContain(says)
    expect(stderr).not.toMatch(/^\s+at /m)
    expect(code).toBe(7)
    expect(consult(store, { afterCrash: true })).toMatchObject({ violations: [], names: {} })
    await expectPulled(store, await lading(pull(store)))
  })

  it.each([
    ['SIGHUP', 129],
    ['SIGTERM', 143],
  ] as const)('keeps what came when %s ends it', async (signal, exit) => {
    const store = await temporaryDirectory()
    registry.addFault({ on: 'blob', digest: layer, afterBytes: 1_000_000, times: 1, then: 'stall' })
    const { child, ended, said } = start(['pull', '--progress', 'json', big, '--root', store])
    await said(/"current":1000000/)
    child.kill(signal)
    expect((await ended).code).toBe(exit)
    registry.journal.clear()
    await expectPulled(store, await lading(pull(store)))
    expect(registry.journal.blob(layer).requests.map(({ range }) => range)).toEqual([
      expect.stringMatching(/^bytes=1000000-/),
    ])
  })

  it.each(['1970-01-02T00:00:00Z', '2039-01-01T00:00:00Z'])(
    'frees nothing too early by a clock of %s',
    async (date) => {
      const store = await temporaryDirectory()
      registry.addFault({ on: 'blob', digest: layer, afterBytes: 1_000_000, times: 1, then: 'stall' })
      const { child, ended, said } = start(['pull', '--progress', 'json', big, '--root', store])
      await said(/"current":1000000/)
      child.kill('SIGKILL')
      await ended
      // What was published just before the kill is in no need of its part any more: any prune may free that one.
      const published = await readdir(join(store, 'blobs', 'sha256'))
      const parts = async (): Promise<string[]> =>
        (await readdir(join(store, 'lading', 'ingest', 'sha256'))).filter((name) => !published.includes(name))
      const before = await parts()
      expect(before).toContain(layer.slice('sha256:'.length))
      expect((await at(date, ['prune', '--root', store])).code).toBe(0)
      expect(await parts()).toEqual(before)
      const copy = join(await temporaryDirectory(), 'copy')
      await cp(store, copy, { recursive: true, preserveTimestamps: true })
      await expectPulled(copy, await at(date, pull(copy)))
      for (const verb of ['images', 'df', 'check', 'prune'])
        expect(await at(date, [verb, '--root', copy]), verb).toMatchObject({ code: 0, stderr: '' })
    },
  )
})
