import assert from 'node:assert/strict'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { image } from '@lading/test-registry'
import { expectCode, isSound, succeeds, type Scene } from './scene.ts'

/** What Windows has of its own: drives, long paths, names that no file may have. */
export const onWindows: readonly Scene[] = [
  {
    title: 'a root on a drive, with blanks and other scripts, of more than 260 characters',
    windows: true,
    async play(stage) {
      const { registry, drive } = stage
      const app = await registry.seed(image('far/app:1').layer({ a: 'far' }))
      const name = `${registry.host}/far/app:1`
      const below = `two words/ünï 图像/${'long '.repeat(30)}end/${'path '.repeat(30)}end`
      const root = drive.there(below)
      try {
        await succeeds(stage.lading(['pull', '-q', name], { root }))
        assert.ok(existsSync(join(drive.here(below), 'blobs/sha256', app.layers[0]?.digest.slice(7) ?? '')))
        await isSound(stage, root)
        await succeeds(
          stage.lading(['copy', '-q', `store:${name}`, `oci:${drive.there('two words/a layout')}:1`], { root }),
        )
        assert.ok(existsSync(drive.here('two words/a layout/index.json')))
      } finally {
        rmSync(drive.here('two words'), { recursive: true, force: true })
      }
    },
  },
  {
    title: 'the store is at %LOCALAPPDATA%\\lading',
    windows: true,
    async play(stage) {
      const { registry, drive } = stage
      await registry.seed(image('home/app:1').layer({ a: 'home' }))
      // Wine says itself what LOCALAPPDATA is.
      const root = drive.here(`users/${userInfo().username}/AppData/Local/lading`)
      const earlier = drive.here(`users/${userInfo().username}/.local`)
      for (const each of [root, earlier]) rmSync(each, { recursive: true, force: true })
      try {
        await succeeds(stage.lading(['pull', '-q', `${registry.host}/home/app:1`], { root: '' }))
        assert.ok(existsSync(join(root, 'index.json')))
      } finally {
        rmSync(root, { recursive: true, force: true })
      }
    },
  },
  {
    title: 'names that no file may have there are refused before a file is made',
    windows: true,
    async play(stage) {
      const { registry } = stage
      const name = `${registry.host}/names/app:1`
      await registry.seed(image('names/app:1').layer({ 'fine/motd': 'hello', 'bad/nul.txt': 'no' }))
      await succeeds(stage.lading(['pull', '-q', name]))
      await succeeds(stage.lading(['cp', `${name}:/fine`, stage.there('.')]))
      const { stderr } = await expectCode(stage.lading(['cp', `${name}:/bad`, stage.there('.')]), 2)
      assert.match(stderr, /is not a valid name on Windows/)
      const left = readdirSync(stage.here('.')).filter((each) => !/^(?:out-|err-|wine-|\.local)/.test(each))
      assert.deepEqual(left.toSorted(), ['fine', 'root'])
    },
  },
]
