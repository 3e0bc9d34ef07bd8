import assert from 'node:assert/strict'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { image } from '@lading/test-registry'
import { expectCode, isSound, succeeds, type Scene } from './scene.ts'

const size = 3_000_000

/** Pulls: whole, cut off, beside each other, and with bytes that are not what was promised. */
export const pulling: readonly Scene[] = [
  {
    title: 'pulls, and is up to date then',
    async play(stage) {
      const { registry } = stage
      await registry.seed(image('plain/app:1').layer({ 'etc/motd': 'hello' }).randomLayer(size))
      const name = `${registry.host}/plain/app:1`
      const first = await succeeds(stage.lading(['pull', name]))
      assert.equal(first.stdout, `${name}\n`)
      assert.match(first.stderr, /Status: Downloaded newer image/)
      const before = registry.journal.entries.length
      const second = await succeeds(stage.lading(['pull', name]))
      assert.match(second.stderr, /Status: Image is up to date/)
      assert.ok(registry.journal.entries.slice(before).every(({ kind }) => kind !== 'blob'))
      const { stdout } = await succeeds(stage.lading(['cat', name, '/etc/motd']))
      assert.equal(stdout, 'hello')
    },
  },
  {
    title: 'goes on after a kill where it was',
    async play(stage) {
      const { registry } = stage
      const app = await registry.seed(image('killed/app:1').randomLayer(size, { seed: 2 }))
      const { digest = '' } = app.layers[0] ?? {}
      const stalls = registry.addFault({ on: 'blob', target: digest, nth: 1, afterBytes: 2_000_000, then: 'stall' })
      const name = `${registry.host}/killed/app:1`
      const pull = stage.startLading(['pull', '--ranges', '1', name])
      const state = { over: false }
      void pull.ended.then(() => (state.over = true))
      while (!state.over && largestBelow(stage.here('root')) < 1_000_000) await sleep(20)
      pull.kill()
      assert.notEqual((await pull.ended).code, 0)
      stalls.remove()
      await succeeds(stage.lading(['pull', '--ranges', '1', name]))
      const ranges = registry.journal.blob(digest).requests.map(({ range }) => range)
      assert.equal(ranges.length, 2)
      assert.match(String(ranges[1]), /^bytes=[1-9]/)
      await isSound(stage)
    },
  },
  {
    title: 'two at once on one root fetch each layer once',
    async play(stage) {
      const { registry } = stage
      const app = await registry.seed(image('two/app:1').randomLayer(size, { seed: 3 }))
      const name = `${registry.host}/two/app:1`
      const both = [stage.lading(['pull', name]), stage.lading(['pull', name])]
      for (const each of both) await succeeds(each)
      for (const { digest } of app.layers) registry.journal.assertNoByteTwice(digest)
      await isSound(stage)
    },
  },
  {
    title: 'refuses wrong bytes and a wrong diffID',
    async play(stage) {
      const { registry } = stage
      await registry.seed(image('wrong/bytes:1').randomLayer(200_000, { seed: 4 }))
      const wrong = registry.addFault({ on: 'blob', repository: 'wrong/bytes', then: 'flip' })
      const lie = { claimedDiffId: `sha256:${'0'.repeat(64)}` as const }
      await registry.seed(image('wrong/diffid:1').layer({ a: 'b' }, lie))
      const { stderr } = await expectCode(stage.lading(['pull', `${registry.host}/wrong/bytes:1`]), 6)
      assert.match(stderr, /hint: /)
      await expectCode(stage.lading(['pull', `${registry.host}/wrong/diffid:1`]), 6)
      const { stdout } = await succeeds(stage.lading(['images', '-q']))
      assert.equal(stdout, '')
      wrong.remove()
      await succeeds(stage.lading(['pull', `${registry.host}/wrong/bytes:1`]))
    },
  },
]

function largestBelow(directory: string): number {
  if (!existsSync(directory)) return 0
  const sizes = readdirSync(directory, { recursive: true, withFileTypes: true }).map((entry) =>
    entry.isFile() ? (statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0) : 0,
  )
  return Math.max(0, ...sizes)
}
