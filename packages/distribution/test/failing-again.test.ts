import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { image, startTestRegistry } from '@lading/test-registry'
import { describe, expect, it } from 'vitest'
import { atScale } from '../../../test/support/scale.ts'
import { temporaryFolder } from './scene.ts'

const script = fileURLToPath(new URL('support/fail-again.ts', import.meta.url))
const times = atScale(2, 100)
// Several layers, so that threads are in the middle of others when one of them fails.
const good = (): { readonly noise: string } => ({ noise: randomBytes(20_000).toString('latin1') })
const built = (): ReturnType<typeof image> => image('t/app:1').layer(good()).layer(good()).layer(good())

describe('pulls that fail, one after the other in a process in which nothing else goes on', () => {
  it.each([
    { what: 'for a wrong digest', code: 'DIGEST_MISMATCH' },
    { what: 'for a wrong diffID', code: 'DIFF_ID_MISMATCH' },
    { what: 'for a full disk', code: 'NO_SPACE' },
  ])('$what: each tells its own error, and each puller closes', async ({ code }) => {
    await using registry = await startTestRegistry()
    const wrong = { claimedDiffId: `sha256:${'0'.repeat(64)}` as const }
    const { layers } = await registry.seed(code === 'DIFF_ID_MISMATCH' ? built().layer(good(), wrong) : built())
    if (code === 'DIGEST_MISMATCH') registry.addFault({ on: 'blob', digest: layers[1]?.digest, then: 'flip' })
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--conditions=@lading/source',
      script,
      await temporaryFolder(),
      `${registry.host}/t/app:1`,
      code === 'NO_SPACE' ? '1' : '0',
      String(times),
    ])
    expect(stdout.split('\n')).toEqual([...Array.from({ length: times }, () => code), ''])
  })
})
