import { artifact, image } from '@lading/test-registry'
import { describe, expect, it } from 'vitest'
import { failure, scene } from './scene.ts'

const tagged = (tag: string) => image(`t/app:${tag}`).layer({ tag })

describe('all tags of a repository', () => {
  it('are pulled page after page, one after the other, with one status', async () => {
    const { registry, puller, events, names } = await scene()
    const tags = Array.from({ length: 23 }, (_, index) => `v${String(index).padStart(2, '0')}`)
    for (const tag of tags) await registry.seed(tagged('x'), { repository: 't/app', tags: [tag] })
    registry.addFault({ on: 'tags', nth: 1, then: { headers: {} } })
    const { images, failed, status } = await puller.pullAll(`${registry.host}/t/app`, {
      platform: 'linux/amd64',
      onEvent: (event) => events.push(event),
    })
    expect(images.map(({ reference }) => reference)).toEqual(tags.map((tag) => `${registry.host}/t/app:${tag}`))
    expect(failed).toEqual([])
    expect(status).toBe('downloaded')
    expect(events.filter(({ type }) => type === 'status')).toEqual([
      { type: 'status', status: 'downloaded', reference: `${registry.host}/t/app` },
    ])
    expect((await names()).filter((name) => !name.includes('@'))).toHaveLength(tags.length)
  })

  it('hide no other when one is bad', async () => {
    const { registry, puller, events } = await scene()
    await registry.seed(tagged('a'))
    const bad = await registry.seed(image('t/app:b').layer({ b: 'b' }, { claimedDiffId: `sha256:${'0'.repeat(64)}` }))
    await registry.seed(tagged('c'))
    const { images, failed } = await puller.pullAll(`${registry.host}/t/app`, {
      platform: 'linux/amd64',
      onEvent: (event) => events.push(event),
    })
    expect(images.map(({ reference }) => reference)).toEqual([`${registry.host}/t/app:a`, `${registry.host}/t/app:c`])
    expect(failed).toMatchObject([{ reference: `${registry.host}/t/app:b`, error: { code: 'DIFF_ID_MISMATCH' } }])
    expect(events.filter(({ type }) => type === 'tag:failed')).toHaveLength(1)
    expect(bad.tag).toBe('b')
  })

  it('that stand for no image are told and counted, and fail nothing', async () => {
    const { registry, puller, events, names } = await scene()
    const app = await registry.seed(tagged('a'))
    const chart = artifact('t/app:chart', 'application/vnd.acme.chart+json')
    await registry.seed(chart)
    const hex = app.digest.slice('sha256:'.length)
    for (const tag of [`sha256-${hex}`, `sha256-${hex}.sig`])
      await registry.seed(tagged('x'), { repository: 't/app', tags: [tag] })
    await registry.seed(tagged('b'), { repository: 't/app', tags: ['sha256-b', 'z'] })
    registry.journal.clear()
    const { images, failed, skipped, status } = await puller.pullAll(`${registry.host}/t/app`, {
      platform: 'linux/amd64',
      onEvent: (event) => events.push(event),
    })
    const of = (tag: string): string => `${registry.host}/t/app:${tag}`
    expect({ images: images.map(({ reference }) => reference), failed, skipped, status }).toEqual({
      images: ['a', 'sha256-b', 'z'].map(of),
      failed: [],
      skipped: ['chart', `sha256-${hex}`, `sha256-${hex}.sig`].map(of),
      status: 'downloaded',
    })
    expect(events.filter(({ type }) => type === 'tag:skipped')).toHaveLength(3)
    expect(registry.journal.entries.filter(({ path }) => path.includes(`sha256-${hex}`))).toEqual([])
    expect(await names()).not.toContain(of('chart'))
  })

  it('are an error when none of them stands for an image', async () => {
    const { registry, puller } = await scene()
    await registry.seed(artifact('t/app:chart', 'application/vnd.acme.chart+json'))
    expect(await failure(puller.pullAll(`${registry.host}/t/app`))).toMatchObject({ code: 'NOT_AN_IMAGE' })
  })

  it('stay pulled when their list breaks off, which is told', async () => {
    const { registry, puller, events, names } = await scene()
    await registry.seed(tagged('a'))
    registry.addFault({ on: 'tags', nth: 1, then: { headers: { link: '</v2/t/app/tags/list?last=a>; rel="next"' } } })
    registry.addFault({ on: 'tags', nth: 2, then: { status: 403 } })
    const { images, failed, status } = await puller.pullAll(`${registry.host}/t/app`, {
      platform: 'linux/amd64',
      onEvent: (event) => events.push(event),
    })
    expect(images.map(({ reference }) => reference)).toEqual([`${registry.host}/t/app:a`])
    expect(failed).toMatchObject([{ reference: `${registry.host}/t/app`, error: { code: 'DENIED' } }])
    expect(status).toBe('downloaded')
    expect(events.filter(({ type }) => type === 'tag:failed')).toHaveLength(1)
    expect(await names()).toContain(`${registry.host}/t/app:a`)
  })

  it('are up to date when all are', async () => {
    const { registry, puller } = await scene()
    for (const tag of ['a', 'b']) await registry.seed(tagged(tag))
    await puller.pullAll(`${registry.host}/t/app`)
    expect((await puller.pullAll(`${registry.host}/t/app`)).status).toBe('up-to-date')
  })

  it('cannot be meant with a tag', async () => {
    const { registry, puller } = await scene()
    expect(await failure(puller.pullAll(`${registry.host}/t/app:1`))).toMatchObject({
      code: 'ALL_TAGS_WITH_TAG',
      message: "tag can't be used with --all-tags/-a",
    })
  })

  it('end with the caller’s reason, not with a list of failures', async () => {
    const { registry, puller } = await scene()
    for (const tag of ['a', 'b']) await registry.seed(tagged(tag))
    const controller = new AbortController()
    const reason = new Error('enough')
    const pulling = failure(
      puller.pullAll(`${registry.host}/t/app`, {
        signal: controller.signal,
        onEvent: ({ type }) => type === 'resolve' && controller.abort(reason),
      }),
    )
    expect(await pulling).toBe(reason)
  })
})
