import { image, startTestRegistry } from '@lading/test-registry'
import { describe, expect, it } from 'vitest'
import { startHttpProxy } from '../../../packages/registry-client/test/support/http-proxy.ts'
import { chooseProxy } from '../src/actions/choose-proxy.ts'
import { fromEnvironment } from '../src/environment.ts'
import { lading } from './support/lading.ts'
import { makeUser } from './support/user.ts'
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
    expect(stderr).toContain(`, through http://${proxy.host} (--proxy)\n`)
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
    expect(stderr).toMatch(/^lading: .*rejects the user name and password/m)
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
  const variables = { HTTPS_PROXY: 'http://proxy:3128', no_proxy: 'here.test' }
  const chosen = async (option: string | undefined, url: string, env = {}): Promise<string | undefined> => {
    const environment = fromEnvironment({ HOME: await temporaryDirectory(), ...variables, ...env })
    return (await chooseProxy(option, { environment, signal: new AbortController().signal }))(new URL(url))?.host
  }

  it("is the environment's, unless an option says another or none", async () => {
    expect(await chosen(undefined, 'https://far.test')).toBe('proxy:3128')
    expect(await chosen(undefined, 'https://here.test')).toBeUndefined()
    expect(await chosen('none', 'https://far.test')).toBeUndefined()
    expect(await chosen('socks5h://other', 'https://far.test')).toBe('other:1080')
  })

  it('of an option is for every host, loopback and no_proxy too', async () => {
    expect([await chosen('other:1', 'https://here.test'), await chosen('other:1', 'http://localhost:5000')]).toEqual([
      'other:1',
      'other:1',
    ])
  })

  describe("of docker's config.json", () => {
    const proxies = {
      default: { httpsProxy: 'http://ann:top-secret@all:1', noProxy: 'here.test' },
      'tcp://far:2376': { httpsProxy: 'http://far:2' },
    }
    const hosts = async (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> => {
      const user = await makeUser()
      await user.write('.docker/config.json', JSON.stringify({ proxies }))
      const { code, stdout, stderr } = await user.here(['hosts', ...args], { env })
      expect(code, stderr).toBe(0)
      expect(stdout + stderr).not.toContain('top-secret')
      return stdout.replaceAll(user.path('.docker/config.json'), 'CONFIG')
    }

    it.each<[string, readonly string[], Readonly<Record<string, string>>, string]>([
      ['is used', [], {}, 'https, through http://all:1 (httpsProxy of proxies["default"] of CONFIG)'],
      [
        'is that of the daemon',
        [],
        { DOCKER_HOST: 'tcp://far:2376' },
        'https, through http://far:2 (httpsProxy of proxies["tcp://far:2376"] of CONFIG)',
      ],
      ['comes after the environment', [], { https_proxy: 'env:3' }, 'https, through http://env:3 (https_proxy)'],
      ['comes after an option', ['--proxy', 'socks5://own'], {}, 'https, through socks5://own:1080 (--proxy)'],
      ['is not used with --proxy none', ['--proxy', 'none'], {}, 'https, through no proxy (--proxy none)'],
      ['is not used where the environment says no', [], { NO_PROXY: '*' }, 'https, through no proxy (NO_PROXY)'],
    ])('%s', async (_what, args, env, connection) => {
      expect(await hosts([...args, 'registry.test/a'], env)).toContain(connection)
    })

    it('is told as JSON too', async () => {
      const { endpoints } = JSON.parse(await hosts(['--json', 'here.test/a'])) as { endpoints: object[] }
      expect(endpoints).toMatchObject([{ proxy: { url: null, said: 'noProxy of proxies["default"] of CONFIG' } }])
    })

    it('is asked, and --debug says what named it', async () => {
      const proxy = await startHttpProxy({ authorization })
      const user = await makeUser()
      const httpsProxy = `http://ann:top-secret@${proxy.host}`
      await user.write('.docker/config.json', JSON.stringify({ proxies: { default: { httpsProxy } } }))
      const { code, stderr } = await user.here(['tags', '--debug', 'registry.test/a'])
      expect(code).not.toBe(0)
      expect(proxy.asked.map(({ line }) => line)).toContain('CONNECT registry.test:443')
      expect(stderr).toContain(`through http://${proxy.host} (httpsProxy of proxies["default"] of `)
      expect(stderr).not.toContain('top-secret')
    })

    it('that is none is said to be, without it, unless an option says what to do', async () => {
      const user = await makeUser()
      await user.write('.docker/config.json', '{"proxies":{"default":{"httpsProxy":"gopher://ann:top-secret@x"}}}')
      const { code, stderr } = await user.here(['hosts', 'registry.test/a'])
      expect(code).not.toBe(0)
      expect(stderr).toContain('proxies.httpsProxy')
      expect(stderr).not.toContain('top-secret')
      expect((await user.here(['hosts', '--proxy', 'none', 'registry.test/a'])).code).toBe(0)
    })
  })
})
