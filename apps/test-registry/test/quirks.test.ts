import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import {
  image,
  index,
  quirkTable,
  startTestRegistry,
  type BuiltImage,
  type LinkForm,
  type Quirks,
  type TestRegistry,
  type TestRegistryOptions,
} from '../src/index.ts'
import { checkQuirks, describeValue } from '../src/quirks/check-quirks.ts'
import { parseQuirks } from '../src/quirks/parse-quirks.ts'
import { ask, askRaw, json, type Answer } from './support/http.ts'

let registry: TestRegistry
let app: BuiltImage
afterEach(() => registry.close())

async function start(quirks: Quirks, options: TestRegistryOptions = {}): Promise<void> {
  registry = await startTestRegistry({ quirks, ...options })
  app = await registry.seed(image('t/app').layer({ a: 'b' }), { tags: ['1', '2'] })
}
const get = (path: string, method = 'GET', headers: Record<string, string> = {}): Promise<Answer> =>
  ask(path.startsWith('http') ? path : `${registry.url}${path}`, { method, headers })
const manifest = '/v2/t/app/manifests/1'
const blob = (): string => `/v2/t/app/blobs/${app.layers[0]!.digest}`
const bearer = { kind: 'bearer' } as const
const challengeOf = ({ headers }: Answer): string | undefined => headers['www-authenticate']
async function authorization(repository = 't/app', realm = `${registry.url}/token`): Promise<Record<string, string>> {
  const token = json(await get(`${realm}?scope=repository:${repository}:pull`))['token']
  return { authorization: `Bearer ${String(token)}` }
}

/** All that comes for a request, as it comes. */
const raw = (path: string, method = 'GET'): Promise<string> =>
  askRaw(registry.port, `${method} ${path} HTTP/1.1\r\nhost: ${registry.host}\r\nconnection: close\r\n\r\n`)

describe('HEAD', () => {
  test.each([400, 401, 403, 404, 405, 406, 500])('headStatus: refused with %i, and GET is not', async (headStatus) => {
    await start({ headStatus })
    for (const path of [manifest, blob()]) {
      const refused = await get(path, 'HEAD')
      expect([refused.status, challengeOf(refused)]).toEqual([headStatus, undefined])
      expect((await get(path)).status).toBe(200)
    }
    expect((await get('/v2/', 'HEAD')).status).toBe(200)
  })

  test('headHeaders: no digest, or nothing; GET has all', async () => {
    await start({ headHeaders: 'no-digest' })
    expect((await get(manifest, 'HEAD')).headers).toMatchObject({ 'content-type': app.mediaType })
    expect((await get(manifest, 'HEAD')).headers['docker-content-digest']).toBeUndefined()
    registry.setQuirks({ headHeaders: 'none' })
    expect(await raw(manifest, 'HEAD')).not.toMatch(/content-type|content-length|digest|etag/i)
    expect((await get(manifest)).headers).toMatchObject({ 'docker-content-digest': app.digest })
  })
})

describe('heads of answers', () => {
  test('headerBytes: on every answer, tokens, refusals and the second origin too', async () => {
    await start({ headerBytes: 12_000, redirectBlobs: true }, { auth: bearer })
    const token = await authorization()
    const signed = (await get(blob(), 'GET', token)).headers.location!
    for (const [path, status] of [
      ['/v2/', 401],
      ['/token', 200],
      [signed, 200],
    ] as const) {
      const answer = await get(path)
      expect([answer.status, JSON.stringify(answer.headers).length > 12_000]).toEqual([status, true])
    }
  })

  test('locationBytes: a redirect leads far, and there it is served', async () => {
    await start({ locationBytes: 30_000, redirectBlobs: true })
    const { location = '' } = (await get(blob())).headers
    expect(location).toHaveLength(30_000)
    expect((await get(location)).status).toBe(200)
  })

  test('interimAnswers: before every answer, whole', async () => {
    await start({ interimAnswers: [100, 102, 103, 100, 199] })
    expect((await raw('/v2/')).match(/^HTTP\/1\.1 \d+/gm)).toEqual(
      [100, 102, 103, 100, 199, 200].map((status) => `HTTP/1.1 ${status}`),
    )
  })

  test.each(['x-gzip', 'aws-chunked', 'utf-8', 'none', 'gzip'])(
    'contentEncodingLabel: %s, and the bytes stay',
    async (contentEncodingLabel) => {
      await start({ contentEncodingLabel })
      for (const [path, bytes] of [
        [manifest, app.bytes],
        [blob(), app.layers[0]!.bytes],
      ] as const) {
        const answer = await get(path)
        expect(answer.headers['content-encoding']).toBe(contentEncodingLabel)
        expect(answer.body).toEqual(Buffer.from(bytes))
      }
    },
  )

  test.each([
    ['text/html', 'text/html'],
    ['none', undefined],
    ['other-family', 'application/vnd.docker.distribution.manifest.v2+json'],
  ])('manifestLabel: %s', async (manifestLabel, type) => {
    await start({ manifestLabel })
    const answer = await get(manifest)
    expect([answer.headers['content-type'], answer.body]).toEqual([type, Buffer.from(app.bytes)])
    expect((await get(manifest, 'HEAD')).headers['content-type']).toBe(type)
  })
})

describe('authentication', () => {
  test.each([401, 403, 404])('challengeOnlyAtPing: all else is %i, bare', async (challengeOnlyAtPing) => {
    await start({ challengeOnlyAtPing }, { auth: bearer })
    const refused = await get(manifest)
    expect([refused.status, challengeOf(refused), refused.body.length]).toEqual([challengeOnlyAtPing, undefined, 0])
    expect(challengeOf(await get('/v2/'))).toContain('Bearer realm=')
    expect((await get(manifest, 'GET', await authorization())).status).toBe(200)
  })

  test.each([400, 401, 403])('tokenRequests, voidTokenStatus: after two requests %i, bare', async (voidTokenStatus) => {
    await start({ tokenRequests: 2, voidTokenStatus }, { auth: bearer })
    const token = await authorization()
    const answers = [
      await get(manifest, 'GET', token),
      await get(manifest, 'GET', token),
      await get(manifest, 'GET', token),
    ]
    expect(answers.map(({ status }) => status)).toEqual([200, 200, voidTokenStatus])
    expect([challengeOf(answers[2]!), answers[2]!.body.length]).toEqual([undefined, 0])
    expect(challengeOf(await get(manifest))).toContain('Bearer')
    registry.addFault({ on: 'blob', then: 'expire-token' })
    expect((await get(blob(), 'GET', await authorization())).status).toBe(voidTokenStatus)
  })

  test('voidTokenStatus: a wrong password too, which no challenge follows', async () => {
    await start({ voidTokenStatus: 403 }, { auth: { kind: 'basic', username: 'alice', password: 'secret' } })
    const basic = (text: string): Record<string, string> => ({
      authorization: `Basic ${Buffer.from(text).toString('base64')}`,
    })
    const refused = await get(manifest, 'GET', basic('alice:guess'))
    expect([refused.status, challengeOf(refused)]).toEqual([403, undefined])
    expect((await get(manifest, 'GET', basic('alice:secret'))).status).toBe(200)
    expect(challengeOf(await get(manifest))).toContain('Basic')
  })

  test('tokensElsewhere: the challenge leads to another host', async () => {
    await start({ tokensElsewhere: true }, { auth: bearer })
    const realm = `http://localhost:${registry.cdn.port}/token`
    expect(challengeOf(await get('/v2/'))).toContain(`realm="${realm}"`)
    expect((await get(manifest, 'GET', await authorization('t/app', realm))).status).toBe(200)
  })

  test('scopePrefix: the repository has another name in challenges and tokens', async () => {
    await start({ scopePrefix: 'proxy/' }, { auth: bearer })
    expect(challengeOf(await get(manifest))).toContain('scope="repository:proxy/t/app:pull"')
    expect((await get(manifest, 'GET', await authorization('t/app'))).status).toBe(401)
    expect((await get(manifest, 'GET', await authorization('proxy/t/app'))).status).toBe(200)
  })
})

describe('uploads', () => {
  test.each([
    ['right' as const, ['0-4', '0-9', '0-9']],
    ['stuck' as const, ['0-4', '0-4', '0-4']],
    ['relative' as const, ['0-4', '0-4', '0-4']],
    ['beyond' as const, ['0-5', '0-10', '0-10']],
    ['none' as const, [undefined, undefined, undefined]],
  ])('uploadRange: %s', async (uploadRange, ranges) => {
    await start({ uploadRange })
    const session = await ask(`${registry.url}/v2/t/app/blobs/uploads/`, { method: 'POST' })
    const at = `${registry.url}${String(session.headers.location)}`
    const send = (from: number): Promise<Answer> =>
      ask(at, { method: 'PATCH', body: 'hello', headers: { 'content-range': `${from}-${from + 4}` } })
    const answers = [await send(0), await send(5), await ask(at)]
    expect(answers.map(({ headers }) => headers['range'])).toEqual(ranges)
  })
})

describe('other words', () => {
  test('chunkedBodies: no answer says a length, and all is there', async () => {
    await start({ chunkedBodies: true })
    expect((await raw(manifest, 'HEAD')).toLowerCase()).not.toContain('content-length')
    const answer = await get(blob())
    expect([answer.headers['transfer-encoding'], answer.headers['content-length']]).toEqual(['chunked', undefined])
    expect(answer.body).toEqual(Buffer.from(app.layers[0]!.bytes))
  })

  test.each([
    ['lower-case' as const, (realm: string) => `bearer realm="${realm}",service="test-registry"`],
    ['spaced' as const, (realm: string) => `Bearer realm = "${realm}" , service = "test-registry"`],
    ['unquoted' as const, (realm: string) => `Bearer realm=${realm},service=test-registry`],
  ])('challengeForm: %s', async (challengeForm, challenge) => {
    await start({ challengeForm }, { auth: bearer })
    expect(challengeOf(await get('/v2/'))).toBe(challenge(`${registry.url}/token`))
  })

  test.each([200, 202, 204])('createdStatus: %i', async (createdStatus) => {
    await start({ createdStatus })
    const session = await ask(`${registry.url}/v2/t/app/blobs/uploads/`, { method: 'POST' })
    const digest = 'sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'
    const put = await ask(`${registry.url}${String(session.headers.location)}?digest=${digest}`, {
      method: 'PUT',
      body: 'hello',
    })
    const pushed = await ask(`${registry.url}/v2/t/app/manifests/3`, {
      method: 'PUT',
      body: app.bytes,
      headers: { 'content-type': app.mediaType },
    })
    expect([session.status, put.status, pushed.status]).toEqual([202, createdStatus, createdStatus])
  })
})

describe('redirects', () => {
  test('redirectBlobs: same-origin leads to a signed URL that refuses Authorization beside it', async () => {
    await start({ redirectBlobs: 'same-origin', signedForGet: true }, { auth: bearer })
    const token = await authorization()
    const { location = '' } = (await get(blob(), 'GET', token)).headers
    expect(location).toMatch(/^\/cdn\/v2\/.*[?&]signature=/)
    expect((await get(location)).body).toEqual(Buffer.from(app.layers[0]!.bytes))
    expect((await get(location, 'GET', token)).status).toBe(400)
    expect((await get(location, 'HEAD')).status).toBe(403)
    expect((await get(`${location}0`)).status).toBe(403)
    registry.setQuirks({ redirectBlobs: null })
    expect((await get(location)).status).toBe(401)
  })
})

describe('lists', () => {
  const links: Readonly<Record<LinkForm, (host: string) => string>> = {
    absolute: (host) => `<http://${host}/v2/t/app/tags/list?last=1&n=1>; rel="next"`,
    'plain-http': (host) => `<http://${host}/v2/t/app/tags/list?last=1&n=1>; rel="next"`,
    'other-port': () => '<http://127.0.0.1:8081/v2/t/app/tags/list?last=1&n=1>; rel="next"',
    'inner-host': () => '<http://registry.internal:5000/v2/t/app/tags/list?last=1&n=1>; rel="next"',
    'other-path': (host) => `<http://${host}/repository/proxied/v2/t/app/tags/list?last=1&n=1>; rel="next"`,
    'short-path': () => '</v2/app/tags/list?last=1&n=1>; rel="next"',
    query: () => '<?last=1&n=1>; rel="next"',
    'no-rel': () => '</v2/t/app/tags/list?last=1&n=1>',
    'single-quotes': () => "</v2/t/app/tags/list?last=1&n=1>; rel='next'",
    quotes: () => '"/v2/t/app/tags/list?last=1&n=1"; rel="next"',
    'no-brackets': () => '/v2/t/app/tags/list?last=1&n=1; rel="next"',
  }

  test('linkForm, maxPageSize: the next page in every form', async () => {
    await start({ maxPageSize: 1 })
    for (const [linkForm, link] of Object.entries(links)) {
      registry.setQuirks({ linkForm: linkForm as LinkForm })
      expect([linkForm, (await get('/v2/t/app/tags/list')).headers.link]).toEqual([linkForm, link(registry.host)])
    }
  })

  test.each([
    ['null' as const, { name: 't/none', tags: null }, null],
    ['absent' as const, { name: 't/none' }, undefined],
  ])('emptyLists: %s', async (emptyLists, tags, manifests) => {
    await start({ emptyLists })
    registry.repository('t/none').create()
    expect(json(await get('/v2/t/none/tags/list'))).toEqual(tags)
    expect(json(await get(`/v2/t/app/referrers/${app.digest}`))['manifests']).toBe(manifests)
    expect(json(await get('/v2/t/app/tags/list'))['tags']).toEqual(['1', '2'])
  })

  test('listBytes: a page has at least so many', async () => {
    await start({ listBytes: 9_000_000 })
    const answer = await get('/v2/t/app/tags/list')
    expect([answer.body.length, json(answer)]).toEqual([9_000_000, { name: 't/app', tags: ['1', '2'] }])
  })

  test.each([
    ['member-twice' as const, '{"name":null,"name":"t/app","tags":null,"tags":["1","2"]}'],
    ['not-utf8' as const, '{"name":"t/app","tags":["1","2"],"description":"caf\xe9"}'],
    ['bom' as const, '\xef\xbb\xbf{"name":"t/app","tags":["1","2"]}'],
  ])('sloppyJson: %s', async (sloppyJson, list) => {
    await start({ sloppyJson })
    expect((await get('/v2/t/app/tags/list')).body.toString('latin1')).toBe(list)
    const beginning = {
      'member-twice': '{"token":null,"token":"',
      'not-utf8': '{"token":"',
      bom: '\xef\xbb\xbf{"token',
    }
    await registry.close()
    await start({ sloppyJson }, { auth: bearer })
    const token = (await get('/token')).body.toString('latin1')
    expect([token.startsWith(beginning[sloppyJson]), token.includes('caf\xe9')]).toEqual([
      true,
      sloppyJson === 'not-utf8',
    ])
  })
})

describe('images, where the quirk is in the content', () => {
  test('an index entry of the other family', async () => {
    await start({})
    const mediaType = 'application/vnd.docker.distribution.manifest.v2+json'
    const both = await registry.seed(index('t/mixed:1').add(image().layer({ a: 'b' }), { members: { mediaType } }))
    expect(json(await get('/v2/t/mixed/manifests/1'))['manifests']).toMatchObject([{ mediaType }])
    expect(json(await get(`/v2/t/mixed/manifests/${both.manifests[0]!.digest}`))['mediaType']).not.toBe(mediaType)
  })

  test('Go’s nulls in a manifest and a config', async () => {
    await start({})
    await registry.seed(
      image('t/nulls:1').manifestMembers({ layers: null, annotations: null }).configMembers({ history: null }),
    )
    expect(json(await get('/v2/t/nulls/manifests/1'))).toMatchObject({ layers: null, annotations: null })
  })
})

describe('a switch', () => {
  test('is thrown while the registry runs, and back', async () => {
    await start({ headStatus: 403 })
    expect(registry.quirks()).toEqual({ headStatus: 403 })
    registry.setQuirks({ headStatus: null, interimAnswers: [103] })
    expect(registry.quirks()).toEqual({ interimAnswers: [103] })
    expect((await get(manifest, 'HEAD')).status).toBe(200)
  })

  test.each([
    [{ headstatus: 403 }, "there is no quirk 'headstatus'"],
    [{ headStatus: '403' }, 'not the quirk \'headStatus\': "403"'],
    [{ interimAnswers: [100, 200] }, "not the quirk 'interimAnswers': [100,200]"],
    [{ linkForm: 'odd' }, 'not the quirk \'linkForm\': "odd"'],
    [{ manifestLabel: 'a\r\nb: c' }, "not the quirk 'manifestLabel'"],
    [[], 'quirks are an object'],
  ])('that is none is refused: %j', async (quirks, message) => {
    const refusal = { code: 'OPTION_INVALID', message: expect.stringContaining(message) as string }
    await start({})
    await expect(startTestRegistry({ quirks: quirks as Quirks })).rejects.toMatchObject(refusal)
    expect(() => registry.setQuirks(quirks as Quirks)).toThrow(expect.objectContaining(refusal))
    expect(registry.quirks()).toEqual({})
  })

  test('stands in the table, with a line of help, and the table in the README', async () => {
    await start({})
    const rows = Object.entries(quirkTable).map(
      ([name, { value, help }]) => `| \`${name}\` | ${describeValue(value)} | ${help} |`,
    )
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
    expect(/\| quirk \| values \| \|\n.*\n((?:\|.*\n)+)/.exec(readme)?.[1]).toBe(`${rows.join('\n')}\n`)
    expect(Object.values(quirkTable).filter(({ help }) => !/^.{5,90}$/.test(help))).toEqual([])
  })

  test.each([
    [['headStatus=403', 'interimAnswers=100,103'], { headStatus: 403, interimAnswers: [100, 103] }],
    [['redirectBlobs', 'catalog=false'], { redirectBlobs: true, catalog: false }],
    [['redirectBlobs=same-origin'], { redirectBlobs: 'same-origin' }],
    [['configTypes=a/b,c/d'], { configTypes: ['a/b', 'c/d'] }],
    [['manifestLabel=text/html; charset=utf-8'], { manifestLabel: 'text/html; charset=utf-8' }],
    [['headers={"x":"y"}'], { headers: { x: 'y' } }],
  ])('is written on a command line: %j', async (texts, quirks) => {
    await start({})
    expect(parseQuirks(texts)).toEqual(quirks)
  })

  test('is understood or refused, whatever is written', async () => {
    await start({})
    const name = fc.constantFrom(...Object.keys(quirkTable), '__proto__', 'toString', '')
    const outcomeOf = (text: string): unknown => {
      try {
        checkQuirks(parseQuirks([text]))
        return { code: 'OPTION_INVALID' }
      } catch (error) {
        return error
      }
    }
    fc.assert(
      fc.property(name, fc.constantFrom('', '='), fc.string(), (...parts) => {
        expect(outcomeOf(parts.join(''))).toMatchObject({ code: 'OPTION_INVALID' })
      }),
    )
  })
})
