import { image, startTestRegistry } from '@lading/test-registry'
import { describe, expect, it } from 'vitest'
import { startHttpProxy } from '../../../packages/registry-client/test/support/http-proxy.ts'
import { chooseProxy } from '../src/actions/choose-proxy.ts'
import { fromEnvironment } from '../src/environment.ts'
import { lading } from './support/lading.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

const authorization = `Basic ${Buffer.from('ann:top-secret').toString('base64')}`

describe('lading pull through a proxy', () => {
  it('asks it for everything, and --debug says so without the password', async () => {
    await using registry = await startTestRegistry({ images: [image('t/small:1').layer({ a: 'a' })] })
    const proxy = await startHttpProxy({ authorization })
    const { code, stderr } = await lading([
      'pull',
      '--debug',
      '--proxy',
      `http://ann:top-secret@${proxy.host}`,
      '--insecure',
      registry.host,
      '--root',
      await temporaryDirectory(),
      `${registry.host}/t/small:1`,
    ])
    expect(code, stderr).toBe(0)
    expect(stderr).toContain(`/v2/t/small/manifests/1 200`)
    expect(stderr).toContain(`, through http://${proxy.host}\n`)
    expect(stderr).not.toContain('top-secret')
    expect(
      proxy.asked.filter(({ line }) => line.startsWith(`GET http://${registry.host}/v2/t/small/blobs/`)),
    ).toHaveLength(2)
  })

  it('that refuses it, ends with what to do and exit code 4', async () => {
    const proxy = await startHttpProxy({ authorization })
    const { code, stderr } = await lading(['pull', 'registry.test/t/small:1', '--root', await temporaryDirectory()], {
      env: { HTTPS_PROXY: `http://ann:wrong-secret@${proxy.host}` },
    })
    expect(code, stderr).toBe(4)
    expect(stderr).toMatch(/^lading: .*refuses our user name and password/m)
    expect(stderr).toMatch(/^hint: /m)
    expect(stderr).not.toContain('wrong-secret')
  })

  it.each(['gopher://proxy', 'http://ann:top-secret/@proxy'])(
    'that is none (%s) is a wrong command line',
    async (proxy) => {
      const { code, stderr } = await lading([
        'pull',
        '--proxy',
        proxy,
        'registry.test/t/small:1',
        '--root',
        await temporaryDirectory(),
      ])
      expect(code).toBe(2)
      expect(stderr).toMatch(/^lading: --proxy: /)
      expect(stderr).not.toContain('top-secret')
    },
  )
})

describe('which proxy', () => {
  const env = fromEnvironment({ HOME: '/home/ann', HTTPS_PROXY: 'http://proxy:3128', no_proxy: 'here.test' }).variables
  const chosen = (option: string | undefined, url: string): string | undefined =>
    chooseProxy(option, env)(new URL(url))?.host

  it("is the environment's, unless an option says another or none", () => {
    expect(chosen(undefined, 'https://far.test')).toBe('proxy:3128')
    expect(chosen(undefined, 'https://here.test')).toBeUndefined()
    expect(chosen('none', 'https://far.test')).toBeUndefined()
    expect(chosen('socks5h://other', 'https://far.test')).toBe('other:1080')
  })

  it('of an option is for every host, loopback and no_proxy too', () => {
    expect([chosen('other:1', 'https://here.test'), chosen('other:1', 'http://localhost:5000')]).toEqual([
      'other:1',
      'other:1',
    ])
  })
})
