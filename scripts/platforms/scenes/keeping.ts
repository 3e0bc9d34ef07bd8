import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { image } from '@lading/test-registry'
import { expectCode, isSound, succeeds, type Scene } from './scene.ts'

/** What is done with images that are here. */
export const keeping: readonly Scene[] = [
  {
    title: 'tags, removes, prunes',
    async play(stage) {
      const { registry } = stage
      await registry.seed(image('kept/app:1').layer({ a: 'tagged' }))
      const name = `${registry.host}/kept/app:1`
      await succeeds(stage.lading(['pull', '-q', name]))
      await succeeds(stage.lading(['tag', name, 'mine:2']))
      const { stdout } = await succeeds(stage.lading(['images', '--json']))
      assert.match(stdout, /"docker\.io\/library\/mine"/)
      await succeeds(stage.lading(['rmi', name]))
      await succeeds(stage.lading(['inspect', 'mine:2']))
      await succeeds(stage.lading(['rmi', 'mine:2']))
      await expectCode(stage.lading(['inspect', 'mine:2']), 3)
      await succeeds(stage.lading(['prune', '--force', '--min-age', '0']))
      assert.deepEqual(readdirSync(stage.here('root/blobs/sha256')), [])
    },
  },
  {
    title: 'saves, loads and copies',
    async play(stage) {
      const { registry } = stage
      const app = await registry.seed(image('moved/app:1').layer({ a: 'moved' }).randomLayer(300_000, { seed: 5 }))
      const name = `${registry.host}/moved/app:1`
      await succeeds(stage.lading(['pull', '-q', name]))
      await succeeds(stage.lading(['save', '-o', stage.there('app.tar'), name]))
      const root = stage.there('loaded')
      const { stderr, stdout } = await succeeds(stage.lading(['load', '-i', stage.there('app.tar')], { root }))
      assert.match(stdout + stderr, /Loaded image: /)
      await isSound(stage, root)
      await succeeds(stage.lading(['copy', '-q', `store:${name}`, `oci:${stage.there('layout')}:1`]))
      const index = readFileSync(stage.here('layout/index.json'), 'utf8')
      assert.ok(index.includes(app.digest), index)
      await succeeds(stage.lading(['copy', '-q', `oci:${stage.there('layout')}:1`, `${registry.host}/moved/copy:1`]))
      assert.equal(registry.repository('moved/copy').tags()['1'], app.digest)
    },
  },
]
