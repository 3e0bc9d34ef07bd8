import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { image, startTestRegistry, type Fault } from '@lading/test-registry'
import { describe, expect, it } from 'vitest'
import { atScale } from '../../../test/support/scale.ts'
import { lading } from './support/lading.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

const pair = Buffer.from('ann:canary-password').toString('base64')
const cookie: Fault = { on: 'any', then: { headers: { 'set-cookie': 'session=canary-cookie' } } }

describe('a secret is in no line that lading prints, and at no other origin', () => {
  const cases: [string, string, readonly Fault[], number][] = [
    ['when all is well', 'plain', [cookie, { on: 'blob', then: { redirect: 'cdn' } }], 0],
    ['when all is well', 'json', [cookie, { on: 'blob', then: { redirect: 'cdn' } }], 0],
    [
      'when the CDN leads on to where nobody may go',
      'json',
      [{ on: 'blob', then: { redirect: 'http://169.254.169.254/x?X-Amz-Signature=canary-signature' } }],
      5,
    ],
    [
      'when the CDN leads on to where nobody may go',
      'plain',
      [{ on: 'blob', then: { redirect: 'http://169.254.169.254/x?X-Amz-Signature=canary-signature' } }],
      5,
    ],
    [
      'when the token server repeats what it was shown',
      'plain',
      [{ on: 'token', then: { status: 401, body: `no such user: Basic ${pair}` } }],
      4,
    ],
    [
      'when the token server repeats what it was shown',
      'json',
      [{ on: 'token', then: { status: 401, body: `no such user: Basic ${pair}` } }],
      4,
    ],
  ]
  // Each once in the ordinary run, with the one form of progress or the other.
  it.each(cases.filter((_, at) => at % 2 === 1 || atScale(false, true)))(
    '%s (--progress %s)',
    async (_what, progress, faults, expected) => {
      await using registry = await startTestRegistry({
        tls: true,
        auth: { kind: 'bearer', username: 'ann', password: 'canary-password' },
        images: [image('t/small:1').layer({ a: 'a' })],
        faults,
      })
      const configuration = await temporaryDirectory()
      await writeFile(
        join(configuration, 'config.json'),
        JSON.stringify({ auths: { [registry.host]: { auth: pair } } }),
      )
      const { code, stdout, stderr } = await lading(
        [
          'pull',
          '--debug',
          '--progress',
          progress,
          '--insecure',
          registry.host,
          '--insecure',
          registry.cdn.host,
          '--root',
          await temporaryDirectory(),
          `${registry.host}/t/small:1`,
        ],
        { env: { DOCKER_CONFIG: configuration } },
      )
      expect(code, stderr).toBe(expected)
      for (const secret of ['canary', pair]) expect(stdout + stderr).not.toContain(secret)
      registry.journal.assertNoSecretAt('cdn')
      for (const { headers } of registry.journal.entries) expect(headers).not.toHaveProperty('cookie')
      // The password was needed, so that it could have shown.
      expect(registry.journal.requests({ kind: 'token' })[0]?.authorization).toBe('basic')
    },
  )
})
