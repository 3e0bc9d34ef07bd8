import { describe, expect, it } from 'vitest'
import { startTestRegistry, type Fault } from '@lading/test-registry'
import type { Repository } from '../src/index.ts'
import { clientOf, failureOf } from './support/client.ts'
import { bytes, json, serve, type Handler } from './support/scripted-server.ts'

async function gather(tags: AsyncIterable<string>): Promise<readonly string[]> {
  const all: string[] = []
  for await (const tag of tags) all.push(tag)
  return all
}

async function repositoryThat(
  handler: Handler,
): Promise<{ readonly repository: Repository; readonly lines: () => readonly string[] }> {
  const registry = await serve(handler)
  return {
    repository: clientOf().repository(`${registry.host}/a`),
    lines: () => registry.requests.map(({ line }) => line),
  }
}

/** Pages of two, named by `last`. */
const paged: Handler = (request, response) => {
  const last = Number(new URL(request.url ?? '', 'http://x').searchParams.get('last') ?? 0)
  return json(
    response,
    200,
    { name: 'a', tags: [`t${last + 1}`, `t${last + 2}`] },
    last < 4 ? { link: `</v2/a/tags/list?n=2&last=${last + 2}>; rel="next"` } : {},
  )
}

describe('the tags of a repository', () => {
  it('come page after page', async () => {
    const { repository, lines } = await repositoryThat(paged)
    expect(await gather(repository.tags({ pageSize: 2 }))).toEqual(['t1', 't2', 't3', 't4', 't5', 't6'])
    expect(lines()).toEqual([
      'GET /v2/a/tags/list?n=2',
      'GET /v2/a/tags/list?n=2&last=2',
      'GET /v2/a/tags/list?n=2&last=4',
    ])
  })

  it('are asked for without a size of a page, which registries bound differently, unless there is one', async () => {
    const { repository, lines } = await repositoryThat((_request, response) => json(response, 200, { tags: ['1'] }))
    expect(await gather(repository.tags())).toEqual(['1'])
    expect(lines()).toEqual(['GET /v2/a/tags/list'])
  })

  it('are without what is listed beside them and is no tag', async () => {
    const listed = ['1', `sha256:${'a'.repeat(64)}`, 'a/b', '', 'x'.repeat(129), '\u001b[31m', '_uploads']
    const { repository } = await repositoryThat((_request, response) => json(response, 200, { tags: listed }))
    expect(await gather(repository.tags())).toEqual(['1', '_uploads'])
  })

  it('are fetched no further than they are read', async () => {
    const { repository, lines } = await repositoryThat(paged)
    for await (const tag of repository.tags()) if (tag === 't2') break
    expect(lines()).toHaveLength(1)
  })

  it.each<[string, unknown, readonly string[]]>([
    ['null', { name: 'a', tags: null }, []],
    ['no member', { name: 'a' }, []],
    ['some that are none', { tags: ['ok', 7, null, '../x', '', 'a\u001B[31m', '-a'] }, ['ok']],
    ['further members', { name: 'a', tags: ['x'], child: [], manifest: {} }, ['x']],
  ])('are read from a list with %s', async (_what, list, expected) => {
    const { repository } = await repositoryThat((_request, response) => json(response, 200, list))
    expect(await gather(repository.tags({ pageSize: 1 }))).toEqual(expected)
  })

  it.each<[string, Uint8Array, readonly string[]]>([
    ['a member twice', Buffer.from('{"name":"a","tags":["old"],"tags":["x"],"name":"b"}'), ['x']],
    ['bytes that are not UTF-8', Buffer.from('{"name":"caf\xe9","tags":["x","\xff"]}', 'latin1'), ['x']],
    ['a byte order mark', Buffer.from('\uFEFF{"tags":["x"]}'), ['x']],
    ['a lone surrogate', Buffer.from('{"name":"\\ud800","tags":["x"]}'), ['x']],
  ])('are read leniently, as nobody hashes a list: %s', async (_what, list, expected) => {
    const { repository } = await repositoryThat((_request, response) => bytes(response, 200, list))
    expect(await gather(repository.tags())).toEqual(expected)
  })

  it.each<[string, Handler, string]>([
    [
      'another origin',
      (_request, response) =>
        json(response, 200, { tags: ['x'] }, { link: '<http://127.0.0.1:1/v2/a/tags/list>; rel="next"' }),
      'BAD_RESPONSE',
    ],
    [
      'itself',
      (_request, response) => json(response, 200, { tags: ['x'] }, { link: '</v2/a/tags/list>; rel="next"' }),
      'BAD_RESPONSE',
    ],
    [
      'no URL',
      (_request, response) => json(response, 200, { tags: ['x'] }, { link: '<http://[>; rel="next"' }),
      'BAD_RESPONSE',
    ],
  ])('end with an error when the next page is at %s', async (_what, handler, code) => {
    const { repository, lines } = await repositoryThat(handler)
    expect(await failureOf(gather(repository.tags()))).toMatchObject({ code })
    expect(lines()).toHaveLength(1)
  })

  // The forms that registries have are the test registry's `linkForm`.
  it('go on at the registry itself where the next page is at metadata', async () => {
    const { repository, lines } = await repositoryThat((request, response) =>
      request.url?.includes('last=x') === true
        ? json(response, 200, { tags: ['y'] })
        : json(response, 200, { tags: ['x'] }, { link: '<http://169.254.169.254/v2/a/tags/list?last=x>; rel="next"' }),
    )
    expect(await gather(repository.tags())).toEqual(['x', 'y'])
    expect(lines()).toEqual(['GET /v2/a/tags/list', 'GET /v2/a/tags/list?last=x'])
  })

  it.each(['<not a link; rel=next', 'next', '</v2/a/tags/list>; rel="next"', '"a b"; rel=next', '<>; rel="next"'])(
    'are never half a list: a Link that is not understood is an error (%s)',
    async (link) => {
      const { repository } = await repositoryThat((_request, response) =>
        json(response, 200, { tags: ['x'] }, { link }),
      )
      expect(await failureOf(gather(repository.tags()))).toMatchObject({ code: 'BAD_RESPONSE' })
    },
  )

  it('have as many pages as they have', async () => {
    const { repository } = await repositoryThat((request, response) => {
      const page = Number(new URL(request.url ?? '', 'http://x').searchParams.get('last') ?? '0')
      const link = `</v2/a/tags/list?last=${page + 1}>; rel="next"`
      json(response, 200, { tags: [`t${page}`] }, page < 1200 ? { link } : {})
    })
    expect(await gather(repository.tags())).toHaveLength(1201)
  })

  it('end with an error after too many pages', async () => {
    let page = 0
    const { repository } = await repositoryThat((_request, response) =>
      json(response, 200, { tags: [] }, { link: `</v2/a/tags/list?last=${++page}>; rel="next"` }),
    )
    expect(await failureOf(gather(repository.tags({ maxPages: 5 })))).toMatchObject({
      code: 'BAD_RESPONSE',
      message: expect.stringContaining('more than 5 pages') as string,
    })
    expect(page).toBe(5)
  })

  it.each(['<html>', '{"tags":{}}', '{}', '[]', '"x"', 'null', '', '{"errors":[{"code":"DENIED"}]}'])(
    'are not read from %s',
    async (body) => {
      const { repository } = await repositoryThat((_request, response) => bytes(response, 200, body))
      expect(await failureOf(gather(repository.tags()))).toMatchObject({ code: 'BAD_RESPONSE' })
    },
  )

  it('of a repository that is not there are an error', async () => {
    const { repository } = await repositoryThat((_request, response) => bytes(response, 404, ''))
    expect(await failureOf(gather(repository.tags()))).toMatchObject({ code: 'NAME_UNKNOWN' })
  })

  it('survive what a registry does wrong', async () => {
    await using registry = await startTestRegistry()
    const access = registry.repository('a')
    const digest = access.putManifest({ schemaVersion: 2 })
    for (const tag of ['one', 'two', 'three']) access.tag(tag, digest)
    // oxlint-disable-next-line unicorn/no-thenable
    registry.addFault({ on: 'tags', then: 'link-loop' } satisfies Fault)
    expect(await failureOf(gather(clientOf().repository(`${registry.host}/a`).tags({ pageSize: 1 })))).toMatchObject({
      code: 'BAD_RESPONSE',
    })
  })
})
