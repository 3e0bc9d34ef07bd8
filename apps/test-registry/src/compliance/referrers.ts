import assert from 'node:assert/strict'
import { checksOf, Unsupported, type Check } from './check.ts'
import {
  configType,
  digestOf,
  emptyJson,
  emptyType,
  indexOf,
  indexType,
  manifestOf,
  manifestType,
  named,
  textBytes,
  type Named,
} from './documents.ts'
import { status } from './expectations.ts'
import { json, type Answer } from './http.ts'
import { nextOf } from './lists.ts'
import type { Target } from './target.ts'

const discovery = checksOf('discovery', '1.1')
const empty = named(emptyType, emptyJson)

/** All pages. 404 is the answer of a registry without the API. */
async function listed(
  target: Target,
  digest: string,
  query = '',
): Promise<{ readonly first: Answer; readonly entries: readonly Record<string, unknown>[] }> {
  const first = await target.at(`/referrers/${digest}${query}`)
  if (first.status === 404) throw new Unsupported('there is no referrers API')
  const entries: Record<string, unknown>[] = []
  let answer = first
  for (let pages = 0; ; pages++) {
    status(answer, 200)
    assert.equal(answer.headers['content-type'], indexType)
    const { schemaVersion, mediaType, manifests } = json(answer)
    assert.deepEqual([schemaVersion, mediaType], [2, indexType])
    entries.push(...(manifests as Record<string, unknown>[]))
    const next = nextOf(answer, target.url)
    if (next === undefined) return { first, entries }
    assert.ok(pages < 20, 'paging ends')
    answer = await target.at(next)
  }
}

interface Referrer {
  readonly subject: Named
  readonly artifactType: string
  readonly annotations?: Readonly<Record<string, string>> | undefined
}

const bare = ({ mediaType, digest, size }: Named): Named => ({ mediaType, digest, size })

async function refer(
  target: Target,
  { subject, artifactType, annotations }: Referrer,
): Promise<{ readonly bytes: Uint8Array; readonly pushed: Answer }> {
  await target.pushBlob(emptyJson)
  const bytes = manifestOf({ artifactType, config: empty, layers: [empty], subject: bare(subject), annotations })
  const pushed = await target.pushManifest(bytes)
  status(pushed, 201)
  return { bytes, pushed }
}

export const referrerChecks: readonly Check[] = [
  discovery('referrers: none is an empty index, for digests that nobody knows as well', async (target) => {
    const subject = await target.pushImage('one')
    for (const digest of [subject.digest, digestOf(textBytes('nobody'))])
      assert.deepEqual((await listed(target, digest)).entries, [])
  }),
  discovery('referrers: a malformed digest is 400', async (target) => {
    const { digest } = await target.pushImage('one')
    await listed(target, digest)
    status(await target.at('/referrers/sha256:xyz'), 400)
  }),
  discovery('referrers: an artifact with its type and annotations, announced with OCI-Subject', async (target) => {
    const subject = await target.pushImage('one')
    const { bytes, pushed } = await refer(target, {
      subject,
      artifactType: 'application/vnd.example.sbom',
      annotations: { made: 'here' },
    })
    const { entries } = await listed(target, subject.digest)
    assert.deepEqual(entries, [
      { ...named(manifestType, bytes), artifactType: 'application/vnd.example.sbom', annotations: { made: 'here' } },
    ])
    assert.equal(pushed.headers['oci-subject'], subject.digest)
  }),
  discovery('referrers: an image has the type of its config', async (target) => {
    const subject = await target.pushImage('one')
    const config = textBytes('{"architecture":"amd64","os":"linux"}')
    await target.pushBlob(config)
    const bytes = manifestOf({ config: named(configType, config), layers: [], subject: bare(subject) })
    const pushed = await target.pushManifest(bytes)
    assert.deepEqual((await listed(target, subject.digest)).entries, [
      { ...named(manifestType, bytes), artifactType: configType },
    ])
    assert.equal(pushed.headers['oci-subject'], subject.digest)
  }),
  discovery('referrers: an index, with its type or without', async (target) => {
    const subject = await target.pushImage('one')
    const [typed, untyped] = [
      indexOf([], { subject: bare(subject), artifactType: 'application/vnd.example.set' }),
      indexOf([], { subject: bare(subject) }),
    ]
    for (const bytes of [typed, untyped]) {
      const pushed = await target.pushManifest(bytes, { type: indexType })
      status(pushed, 201)
      await listed(target, subject.digest)
      assert.equal(pushed.headers['oci-subject'], subject.digest)
    }
    const { entries } = await listed(target, subject.digest)
    const expected = [
      { ...named(indexType, typed), artifactType: 'application/vnd.example.set' },
      named(indexType, untyped),
    ]
    assert.deepEqual(entries.toSorted(byDigest), expected.toSorted(byDigest))
  }),
  discovery('referrers: several, and the filter says that it was applied', async (target) => {
    const subject = await target.pushImage('one')
    for (const kind of ['sbom', 'signature', 'report'])
      await refer(target, { subject, artifactType: `application/vnd.example.${kind}` })
    assert.equal((await listed(target, subject.digest)).entries.length, 3)
    const { first, entries } = await listed(target, subject.digest, '?artifactType=application%2Fvnd.example.signature')
    if (first.headers['oci-filters-applied'] === undefined) throw new Unsupported('there is no filter')
    assert.equal(first.headers['oci-filters-applied'], 'artifactType')
    assert.deepEqual(
      entries.map(({ artifactType }) => artifactType),
      ['application/vnd.example.signature'],
    )
  }),
  discovery('referrers: of a subject that is not there, yet or at all', async (target) => {
    const bytes = manifestOf({ config: empty, layers: [empty], annotations: { later: 'yes' } })
    const { bytes: referrer } = await refer(target, {
      subject: named(manifestType, bytes),
      artifactType: 'application/vnd.example.sbom',
    })
    assert.deepEqual(
      (await listed(target, digestOf(bytes))).entries.map(({ digest }) => digest),
      [digestOf(referrer)],
    )
    status(await target.pushManifest(bytes), 201)
    assert.equal((await listed(target, digestOf(bytes))).entries.length, 1)
  }),
  discovery('referrers: of a subject by sha512', async (target) => {
    const { bytes } = await target.pushImage('one')
    const subject = named(manifestType, bytes, 'sha512')
    await refer(target, { subject, artifactType: 'application/vnd.example.sbom' })
    assert.equal((await listed(target, subject.digest)).entries.length, 1)
  }),
  discovery('referrers: a deleted one is gone', async (target) => {
    const subject = await target.pushImage('one')
    const { bytes } = await refer(target, { subject, artifactType: 'application/vnd.example.sbom' })
    await listed(target, subject.digest)
    const removed = await target.at(`/manifests/${digestOf(bytes)}`, { method: 'DELETE' })
    if (removed.status === 405) throw new Unsupported('nothing is deleted')
    status(removed, 202)
    assert.deepEqual((await listed(target, subject.digest)).entries, [])
  }),
  discovery('referrers: the fallback tag is a tag like any other', async (target) => {
    const subject = await target.pushImage('one')
    const { bytes } = await refer(target, { subject, artifactType: 'application/vnd.example.sbom' })
    const index = indexOf([{ ...named(manifestType, bytes), artifactType: 'application/vnd.example.sbom' }])
    const tag = subject.digest.replace(':', '-')
    status(await target.pushManifest(index, { target: tag, type: indexType }), 201)
    assert.deepEqual(json(await target.manifest(tag)), JSON.parse(new TextDecoder().decode(index)))
  }),
]

const byDigest = (left: Record<string, unknown> | Named, right: Record<string, unknown> | Named): number =>
  String(left['digest']) < String(right['digest']) ? -1 : 1
