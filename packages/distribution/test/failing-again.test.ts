import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { image, startTestRegistry } from '@lading/test-registry'
import { expect, it } from 'vitest'
import { atScale } from '../../../test/support/scale.ts'
import { temporaryFolder } from './scene.ts'

const script = fileURLToPath(new URL('support/fail-again.ts', import.meta.url))
const times = atScale(1, 100)
// Several layers, so that threads are in the middle of others when one of them fails.
const noise = (): { readonly noise: string } => ({ noise: randomBytes(20_000).toString('latin1') })
const app = (name: string): ReturnType<typeof image> => image(name).layer(noise()).layer(noise()).layer(noise())

it('pulls that fail, one after the other in a process in which nothing else goes on: each tells its own error, and each puller closes', async () => {
  await using registry = await startTestRegistry()
  const flipped = await registry.seed(app('t/flipped:1'))
  registry.addFault({ on: 'blob', digest: flipped.layers[1]?.digest, then: 'flip' })
  await registry.seed(app('t/wrong:1').layer(noise(), { claimedDiffId: `sha256:${'0'.repeat(64)}` }))
  await registry.seed(app('t/app:1'))
  const { host } = registry
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--conditions=@lading/source',
    script,
    await temporaryFolder(),
    String(times),
    `${host}/t/flipped:1`,
    `${host}/t/wrong:1`,
    `full:${host}/t/app:1`,
  ])
  const each = ['DIGEST_MISMATCH', 'DIFF_ID_MISMATCH', 'NO_SPACE']
  expect(stdout.split('\n')).toEqual([...Array.from({ length: times }, () => each).flat(), ''])
}, 300_000)
