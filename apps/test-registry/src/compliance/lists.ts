import assert from 'node:assert/strict'
import { checksOf, Unsupported, type Check } from './check.ts'
import { failed, status } from './expectations.ts'
import { json, type Answer } from './http.ts'
import type { Target } from './target.ts'

const discovery = checksOf('discovery')

const tagsOf = (answer: Answer): readonly unknown[] => (json(answer)['tags'] ?? []) as readonly unknown[]

/** From this page to the last. */
async function pagesFrom(target: Target, path: string): Promise<readonly (readonly unknown[])[]> {
  const pages: (readonly unknown[])[] = []
  for (let next: string | undefined = path; next !== undefined;) {
    assert.ok(pages.length < 20, 'paging ends')
    const answer: Answer = await target.at(next)
    status(answer, 200)
    assert.equal(json(answer)['name'], target.repository)
    pages.push(tagsOf(answer))
    next = nextOf(answer, target.url)
  }
  return pages
}

async function fiveTags(target: Target): Promise<void> {
  for (const tag of ['b', 'a', 'd', 'c', 'e']) await target.pushImage(tag, 'the same')
}

/** Of `Link: <url>; rel="next"` (RFC 8288). */
export function nextOf({ headers }: Answer, base: string): string | undefined {
  const link = /<([^>]+)>\s*;[^,]*\brel="?next"?/i.exec(headers['link'] ?? '')?.[1]
  return link === undefined ? undefined : new URL(link, base).href
}

export const listChecks: readonly Check[] = [
  checksOf('pull')('support: GET /v2/ is 200', async (target) => status(await target.root('/v2/'), 200)),
  discovery('tags: all, sorted, with the name', async (target) => {
    await fiveTags(target)
    assert.deepEqual((await pagesFrom(target, '/tags/list')).flat(), ['a', 'b', 'c', 'd', 'e'])
  }),
  discovery('tags: n limits, and Link leads on to the end', async (target) => {
    await fiveTags(target)
    const pages = await pagesFrom(target, '/tags/list?n=2')
    assert.ok(
      pages.every((tags) => tags.length <= 2),
      'a page is no longer than n',
    )
    assert.deepEqual(pages.flat(), ['a', 'b', 'c', 'd', 'e'])
  }),
  discovery('tags: last is exclusive, with n and without', async (target) => {
    await fiveTags(target)
    assert.deepEqual(tagsOf(await target.at('/tags/list?last=c')), ['d', 'e'])
    assert.deepEqual(tagsOf(await target.at('/tags/list?n=1&last=b')), ['c'])
    assert.deepEqual(tagsOf(await target.at('/tags/list?last=e')), [])
    assert.deepEqual(tagsOf(await target.at('/tags/list?last=bb')), ['c', 'd', 'e'])
  }),
  discovery('tags: n=0 is an empty list without Link', async (target) => {
    await fiveTags(target)
    const answer = await target.at('/tags/list?n=0')
    assert.deepEqual(tagsOf(answer), [])
    assert.equal(answer.headers['link'], undefined)
  }),
  discovery('tags: a page with fewer than n is the last, or has a Link', async (target) => {
    await fiveTags(target)
    const answer = await target.at('/tags/list?n=100')
    assert.equal(answer.headers['link'] !== undefined, tagsOf(answer).length < 5)
  }),
  discovery(
    'tags: in the order of ASCII',
    async (target) => {
      for (const tag of ['b', 'B', 'a', '_', '1']) await target.pushImage(tag, 'the same')
      assert.deepEqual((await pagesFrom(target, '/tags/list')).flat(), ['1', 'B', '_', 'a', 'b'])
    },
    { since: 'dev' },
  ),
  discovery('tags: of a repository that is not there is 404', async (target) =>
    failed(await target.at('/tags/list'), [404], 'NAME_UNKNOWN'),
  ),
  discovery(
    'catalog: sorted, and paged like tags',
    async (target) => {
      await target.pushImage('one')
      const before = target.repository.slice(0, -1)
      const answer = await target.root(`/v2/_catalog?n=1&last=${encodeURIComponent(before)}`)
      if (answer.status === 404) throw new Unsupported('there is no catalog')
      assert.deepEqual(json(answer)['repositories'], [target.repository])
    },
    { group: 'docker' },
  ),
  checksOf('pull')('names: an invalid one is refused with a client error', async (target) => {
    for (const name of ['UPPER/case', 'a..b', '-a', 'a//b']) {
      const { status: code } = await target.root(`/v2/${name}/manifests/one`)
      assert.ok(code >= 400 && code < 500, `${name}: status ${code}`)
    }
  }),
  checksOf('pull')('errors: a JSON body has codes of capital letters', async (target) => {
    await target.pushImage('one')
    const answer = await target.manifest('two')
    assert.match(answer.headers['content-type'] ?? '', /^application\/json\b/)
    const { errors } = json(answer) as { errors?: readonly { readonly code?: unknown }[] }
    assert.ok(errors !== undefined && errors.length > 0)
    for (const { code } of errors) assert.match(String(code), /^[A-Z_]+$/)
  }),
]
