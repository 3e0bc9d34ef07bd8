import assert from 'node:assert/strict'
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { image, startTestRegistry, type TestRegistry } from '@lading/test-registry'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLock, layoutOf, nodeFileSystem } from '../../../packages/content-store/src/index.ts'
import { consult } from '../../../packages/store/test/oracle.ts'
import { start, type Running } from './support/lading.ts'
import { runHere } from './support/run-here.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

// A pull that is stopped (Ctrl-Z, a laptop that sleeps) in a container, so that a collection beside it cannot look its
// process up, and longer than anybody waits for such a one: what it held is collected. Then it goes on.

describe.skipIf(process.platform === 'win32')('a pull that was stopped while its lease was taken for dead', () => {
  let registry: TestRegistry
  let base: string
  let app: string
  let earlier: string
  let own: string
  beforeAll(async () => {
    registry = await startTestRegistry()
    const first = await registry.seed(image('t/earlier:1').layer({ base: 'common' }).layer({ earlier: 'yes' }))
    const second = await registry.seed(image('t/app:1').layer({ base: 'common' }).layer({ app: 'yes' }))
    base = first.layers[0]?.digest ?? ''
    own = second.layers[1]?.digest ?? ''
    assert.equal(second.layers[0]?.digest, base)
    earlier = `${registry.host}/t/earlier:1`
    app = `${registry.host}/t/app:1`
  })
  afterAll(() => registry.close())

  /** Stops it, collects what it held, and lets it go on. */
  async function collectUnder({ child }: Running, root: string, before?: () => Promise<void>): Promise<void> {
    const { leases } = layoutOf(root)
    child.kill('SIGSTOP')
    await before?.()
    const long = new Date(Date.now() - 11 * 60_000)
    const names = await readdir(leases)
    expect(names).toHaveLength(1)
    for (const path of names.map((name) => join(leases, name))) {
      await writeFile(path, (await readFile(path, 'utf8')).replace(/"(host|boot)":"[^"]*"/g, '"$1":"elsewhere"'))
      await utimes(path, long, long)
    }
    expect((await runHere(['rmi', earlier, '--root', root])).stderr).toBe('')
    expect(consult(root, { afterCrash: true }).blobs).not.toContain(base)
    expect(await readdir(leases)).toEqual([])
    child.kill('SIGCONT')
  }

  async function expectWhole(pull: Running, root: string): Promise<void> {
    const { code, stderr } = await pull.ended
    expect(code, stderr).toBe(0)
    expect(consult(root, { afterCrash: true })).toMatchObject({
      violations: [],
      names: { [app]: expect.any(String) as string },
    })
    expect(await readdir(layoutOf(root).leases)).toEqual([])
    // Only what was collected is fetched again.
    expect(registry.journal.blob(base).requests).toHaveLength(2)
    expect(registry.journal.blob(own).requests).toHaveLength(1)
  }

  it('before it knew what it needs', async () => {
    registry.journal.clear()
    const root = await temporaryDirectory()
    await runHere(['pull', '-q', earlier, '--root', root])
    registry.addFault({ on: 'manifest', nth: 1, then: { status: 503, retryAfter: 2 } })
    const pull = start(['pull', '--progress', 'json', app, '--root', root])
    while ((await readdir(layoutOf(root).leases)).length === 0) await new Promise(setImmediate)
    await collectUnder(pull, root)
    await expectWhole(pull, root)
  })

  it('when everything was here but its name', async () => {
    registry.journal.clear()
    const root = await temporaryDirectory()
    await runHere(['pull', '-q', earlier, '--root', root])
    const free = Promise.withResolvers<void>()
    const holding = createLock({ fs: nodeFileSystem(), path: layoutOf(root).lock }).hold(() => free.promise)
    const pull = start(['pull', '--progress', 'json', app, '--root', root])
    await pull.said(/"layer:complete"/)
    await collectUnder(pull, root, async () => {
      free.resolve()
      await holding
    })
    await expectWhole(pull, root)
  })
})
