import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { rolldown } from 'rolldown'
import { succeeds, type Scene } from './scene.ts'

/** In one file: not every runtime follows the links of the workspace. */
async function bundle(file: string): Promise<void> {
  const build = await rolldown({
    input: new URL('../suites.ts', import.meta.url).pathname,
    platform: 'node',
    resolve: { conditionNames: ['@lading/source', 'node', 'import', 'default'] },
  })
  await build.write({ file, codeSplitting: false })
  await build.close()
}

/** The stores' own suites. */
export const suites: Scene = {
  title: 'the stores keep all that their compliance suites ask for',
  async play(stage) {
    await bundle(stage.here('suites.mjs'))
    await succeeds(stage.start(stage.here('suites.mjs'), [stage.there('results.json')]).ended)
    const { cases, failed } = JSON.parse(readFileSync(stage.here('results.json'), 'utf8')) as {
      cases: number
      failed: readonly string[]
    }
    assert.deepEqual(failed, [])
    assert.ok(cases > 80, `only ${cases} cases`)
  },
}
