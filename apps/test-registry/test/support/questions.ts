import { createHash } from 'node:crypto'
import { image } from '../../src/index.ts'
import { ask, type Answer, type Ask } from './http.ts'

/** What an answer says to a client, without what differs from run to run. */
export interface Said {
  readonly status: number
  /** Those that clients read. */
  readonly headers: Readonly<Record<string, string>>
  /** The code of the first error, or the text of a body that is none. */
  readonly code?: string | undefined
  /** Of a list: its entries, sorted. */
  readonly list?: readonly string[] | undefined
  /** False when the connection ended before the body did. */
  readonly whole?: false | undefined
}

const told = [
  'accept-ranges',
  'allow',
  'cache-control',
  'content-range',
  'content-type',
  'docker-content-digest',
  'docker-distribution-api-version',
  'etag',
  'link',
  'location',
  'oci-chunk-min-length',
  'oci-filters-applied',
  'oci-subject',
  'oci-tag',
  'range',
]

const oci = 'application/vnd.oci.image.manifest.v1+json'
const indexType = 'application/vnd.oci.image.index.v1+json'
const hash = (bytes: Uint8Array | string, algorithm = 'sha256'): string =>
  `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`

const app = image('q/app:1').layer({ a: 'b' }, { compression: 'none' }).build()
const layer = app.layers[0]!
const docker = image('q/docker:1').mediaTypes('docker').layer({ a: 'b' }, { compression: 'none' }).build()
const absent = `sha256:${'0'.repeat(64)}`

/** A registry with `q/app:1` to `q/app:3`, `q/docker:1` and a client who asks it one thing after the other. */
interface Client {
  send(path: string, how?: Ask): Promise<Answer>
  upload(repository: string): Promise<string>
  blob(repository: string, bytes: Uint8Array | string): Promise<Answer>
  manifest(target: string, document: object | Uint8Array, type?: string): Promise<Answer>
}

function clientOf(url: string): Client {
  const send = (path: string, how: Ask = {}): Promise<Answer> =>
    ask(path.startsWith('http') ? path : path.startsWith('/') ? `${url}${path}` : `${url}/v2/${path}`, how)
  const upload = async (repository: string): Promise<string> =>
    new URL(String((await send(`${repository}/blobs/uploads/`, { method: 'POST' })).headers.location), url).href
  return {
    send,
    upload,
    blob: async (repository, bytes) => {
      const location = new URL(await upload(repository))
      location.searchParams.set('digest', hash(bytes))
      return await send(location.href, { method: 'PUT', body: bytes })
    },
    manifest: (target, document, type = oci) =>
      send(target, {
        method: 'PUT',
        body: document instanceof Uint8Array ? document : JSON.stringify(document),
        headers: { 'content-type': type },
      }),
  }
}

async function seed({ blob, manifest }: Client): Promise<void> {
  for (const [repository, built, tags] of [
    ['q/app', app, ['1', '2', '3']],
    ['q/docker', docker, ['1']],
  ] as const) {
    for (const { bytes } of [built.config, ...built.layers]) await blob(repository, bytes)
    for (const tag of tags) await manifest(`${repository}/manifests/${tag}`, built.bytes, built.mediaType)
  }
}

type Question = (client: Client) => Promise<Answer>

const get =
  (path: string, headers: Record<string, string> = {}): Question =>
  ({ send }) =>
    send(path, { headers })
const head =
  (path: string, headers: Record<string, string> = {}): Question =>
  ({ send }) =>
    send(path, { method: 'HEAD', headers })
const remove =
  (path: string): Question =>
  ({ send }) =>
    send(path, { method: 'DELETE' })
const post =
  (path: string, body?: Uint8Array | string): Question =>
  ({ send }) =>
    send(path, { method: 'POST', body })
const config = { mediaType: app.config.mediaType, digest: app.config.digest, size: app.config.size }
const push =
  (target: string, document: Readonly<Record<string, unknown>>, type = oci): Question =>
  ({ manifest }) =>
    manifest(`q/app/manifests/${target}`, { schemaVersion: 2, mediaType: type, ...document }, type)

/** An upload with one chunk of ten bytes in it, and its location after that. */
async function begun({ send, upload }: Client, url: string): Promise<string> {
  const first = await send(await upload('q/up'), {
    method: 'PATCH',
    body: '0123456789',
    headers: { 'content-range': '0-9', 'content-type': 'application/octet-stream' },
  })
  return new URL(String(first.headers.location), url).href
}
const withDigest = (location: string, digest: string): string => {
  const url = new URL(location)
  url.searchParams.set('digest', digest)
  return url.href
}

/** What a client may ask of a registry, each on its own. */
const questions = (url: string): Readonly<Record<string, Question>> => ({
  'the API': get('/v2/'),
  'the API without the slash': get('/v2'),
  'HEAD of the API': head('/v2/'),
  'no path of the API': get('/elsewhere'),
  'a path below the API that nobody knows': get('/v2/q/app/unknown'),
  'POST to the API': post('/v2/'),

  'a manifest by tag': get('q/app/manifests/1', { accept: oci }),
  'a manifest by digest': get(`q/app/manifests/${app.digest}`, { accept: oci }),
  'HEAD of a manifest': head('q/app/manifests/1', { accept: oci }),
  'an OCI manifest without Accept': get('q/app/manifests/1'),
  'an OCI manifest that Accept: */* asks for': get('q/app/manifests/1', { accept: '*/*' }),
  'an OCI manifest by digest that Accept does not name': get(`q/app/manifests/${app.digest}`, {
    accept: docker.mediaType,
  }),
  'a Docker manifest without Accept': get('q/docker/manifests/1'),
  'a manifest that the client has': get('q/app/manifests/1', { accept: oci, 'if-none-match': `"${app.digest}"` }),
  'a manifest that the client has, without quotes': get('q/app/manifests/1', {
    accept: oci,
    'if-none-match': app.digest,
  }),
  'HEAD of a manifest that the client has': head('q/app/manifests/1', {
    accept: oci,
    'if-none-match': `"${app.digest}"`,
  }),
  'a tag that is not there': get('q/app/manifests/none', { accept: oci }),
  'HEAD of a tag that is not there': head('q/app/manifests/none', { accept: oci }),
  'a digest that is not there': get(`q/app/manifests/${absent}`, { accept: oci }),
  'a manifest of a repository that is not there': get('q/none/manifests/1', { accept: oci }),
  'a manifest by a malformed digest': get('q/app/manifests/sha256:abc', { accept: oci }),
  'a manifest by a malformed tag': get('q/app/manifests/-x', { accept: oci }),
  'a manifest of a malformed name': get('Q/app/manifests/1', { accept: oci }),
  'a manifest by sha512': get(`q/app/manifests/${hash(app.bytes, 'sha512')}`, { accept: oci }),

  'a blob': get(`q/app/blobs/${layer.digest}`),
  'HEAD of a blob': head(`q/app/blobs/${layer.digest}`),
  'a blob that the client has': get(`q/app/blobs/${layer.digest}`, { 'if-none-match': `"${layer.digest}"` }),
  'a blob by sha512': get(`q/app/blobs/${hash(layer.bytes, 'sha512')}`),
  'a manifest as a blob': get(`q/app/blobs/${app.digest}`),
  'a blob that is not there': get(`q/app/blobs/${absent}`),
  'HEAD of a blob that is not there': head(`q/app/blobs/${absent}`),
  'a blob of a repository that is not there': get(`q/none/blobs/${layer.digest}`),
  'a blob by a malformed digest': get('q/app/blobs/sha256:abc'),
  'a part of a blob': get(`q/app/blobs/${layer.digest}`, { range: 'bytes=10-19' }),
  'the rest of a blob': get(`q/app/blobs/${layer.digest}`, { range: 'bytes=10-' }),
  'the end of a blob': get(`q/app/blobs/${layer.digest}`, { range: 'bytes=-10' }),
  'a part that ends after the blob': get(`q/app/blobs/${layer.digest}`, { range: `bytes=10-${layer.size + 100}` }),
  'a part past the end': get(`q/app/blobs/${layer.digest}`, { range: 'bytes=99999999-' }),
  'a part that ends before it starts': get(`q/app/blobs/${layer.digest}`, { range: 'bytes=9-0' }),
  'two parts of a blob': get(`q/app/blobs/${layer.digest}`, { range: 'bytes=0-1,4-5' }),
  'a part in an unknown unit': get(`q/app/blobs/${layer.digest}`, { range: 'lines=0-1' }),
  'a part of a blob that is the same as before': get(`q/app/blobs/${layer.digest}`, {
    range: 'bytes=10-19',
    'if-range': `"${layer.digest}"`,
  }),
  'a part of a blob that is another now': get(`q/app/blobs/${layer.digest}`, {
    range: 'bytes=10-19',
    'if-range': '"another"',
  }),

  tags: get('q/app/tags/list'),
  'tags, two of them': get('q/app/tags/list?n=2'),
  'tags after the first': get('q/app/tags/list?n=1&last=1'),
  'tags after one, without n': get('q/app/tags/list?last=1'),
  'tags, none of them': get('q/app/tags/list?n=0'),
  'tags, fewer than none': get('q/app/tags/list?n=-1'),
  'tags, a word of them': get('q/app/tags/list?n=many'),
  'tags, more than there can be': get('q/app/tags/list?n=100000'),
  'tags of a repository that is not there': get('q/none/tags/list'),
  'tags of a repository with blobs alone': async ({ blob, send }) => {
    await blob('q/blobs', 'nothing else')
    return await send('q/blobs/tags/list')
  },
  'tags, when the last one was deleted': async ({ blob, manifest, send }) => {
    await blob('q/emptied', app.config.bytes)
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: oci, config, layers: [] }))
    await manifest('q/emptied/manifests/1', bytes)
    await send(`q/emptied/manifests/${hash(bytes)}`, { method: 'DELETE' })
    return await send('q/emptied/tags/list')
  },
  'HEAD of tags': head('q/app/tags/list'),
  'DELETE of tags': remove('q/app/tags/list'),
  'the catalog': get('_catalog'),
  'the catalog, one of it': get('_catalog?n=1'),
  'the catalog after one': get('_catalog?n=1&last=q/app'),
  'the catalog, none of it': get('_catalog?n=0'),
  'the catalog, a word of it': get('_catalog?n=many'),
  'the catalog, very much of it': get('_catalog?n=100000'),

  'HEAD of the catalog': head('_catalog'),
  referrers: get(`q/app/referrers/${app.digest}`),
  'referrers of one type': get(`q/app/referrers/${app.digest}?artifactType=a/b`),
  'referrers by a malformed digest': get('q/app/referrers/sha256:abc'),

  'a new upload': post('q/up/blobs/uploads/'),
  'a new upload without the slash': post('q/up/blobs/uploads'),
  'a new upload to a malformed name': post('Q/up/blobs/uploads/'),
  'a blob with one POST': post(`q/up/blobs/uploads/?digest=${hash('one')}`, 'one'),
  'a blob with POST and PUT': async ({ blob }) => await blob('q/up', 'two'),
  'a blob of nothing': async ({ blob }) => await blob('q/up', ''),
  'a blob by sha512, with POST and PUT': async ({ send, upload }) =>
    await send(withDigest(await upload('q/up'), hash('three', 'sha512')), { method: 'PUT', body: 'three' }),
  'a blob with a wrong digest': async ({ send, upload }) =>
    await send(withDigest(await upload('q/up'), absent), { method: 'PUT', body: 'x' }),
  'a blob with a malformed digest': async ({ send, upload }) =>
    await send(withDigest(await upload('q/up'), 'sha256:abc'), { method: 'PUT', body: 'x' }),
  'a blob with the digest of an unknown algorithm': async ({ send, upload }) =>
    await send(withDigest(await upload('q/up'), 'md5:00000000000000000000000000000000'), { method: 'PUT', body: 'x' }),
  'a blob without a digest': async ({ send, upload }) => await send(await upload('q/up'), { method: 'PUT', body: 'x' }),
  'where an upload stands': async ({ send, upload }) => await send(await upload('q/up')),
  'a first chunk': async ({ send, upload }) =>
    await send(await upload('q/up'), { method: 'PATCH', body: '0123456789', headers: { 'content-range': '0-9' } }),
  'a first chunk without its range': async ({ send, upload }) =>
    await send(await upload('q/up'), { method: 'PATCH', body: '0123456789' }),
  'a chunk whose range is none': async ({ send, upload }) =>
    await send(await upload('q/up'), { method: 'PATCH', body: '0123456789', headers: { 'content-range': 'all' } }),
  'a chunk that skips ahead': async (client) =>
    await client.send(await begun(client, url), {
      method: 'PATCH',
      body: 'x',
      headers: { 'content-range': '50-50', 'content-type': 'application/octet-stream' },
    }),
  'a chunk that starts again': async (client) =>
    await client.send(await begun(client, url), {
      method: 'PATCH',
      body: '0123456789',
      headers: { 'content-range': '0-9', 'content-type': 'application/octet-stream' },
    }),
  'a chunk shorter than its range': async (client) =>
    await client.send(await begun(client, url), {
      method: 'PATCH',
      body: '01234',
      headers: { 'content-range': '10-19', 'content-type': 'application/octet-stream' },
    }),
  'where an upload stands, by a location from before': async (client) => {
    const location = await client.upload('q/up')
    await client.send(location, { method: 'PATCH', body: '0123456789', headers: { 'content-range': '0-9' } })
    return await client.send(location)
  },
  'where an upload stands after a chunk that skipped ahead': async (client) => {
    const location = await begun(client, url)
    await client.send(location, { method: 'PATCH', body: 'x', headers: { 'content-range': '50-50' } })
    return await client.send(location)
  },
  'where an upload stands after a chunk': async (client) => await client.send(await begun(client, url)),
  'a location from before the last chunk': async (client) => {
    const location = await client.upload('q/up')
    await client.send(location, { method: 'PATCH', body: '0123456789', headers: { 'content-range': '0-9' } })
    return await client.send(location, { method: 'PATCH', body: '0123456789', headers: { 'content-range': '10-19' } })
  },
  'the end of chunks': async (client) =>
    await client.send(withDigest(await begun(client, url), hash('0123456789')), { method: 'PUT' }),
  'the end of chunks with the last of them': async (client) =>
    await client.send(withDigest(await begun(client, url), hash('0123456789ab')), { method: 'PUT', body: 'ab' }),
  'a last chunk that skips ahead': async (client) =>
    await client.send(withDigest(await begun(client, url), hash('0123456789ab')), {
      method: 'PUT',
      body: 'ab',
      headers: { 'content-range': '50-51' },
    }),
  'an upload that is given up': async ({ send, upload }) => await send(await upload('q/up'), { method: 'DELETE' }),
  'an upload that was given up': async ({ send, upload }) => {
    const location = await upload('q/up')
    await send(location, { method: 'DELETE' })
    return await send(location)
  },
  'an upload that nobody began': get('q/up/blobs/uploads/00000000-0000-4000-8000-000000000000'),
  'an upload of another repository': async ({ send, upload }) =>
    await send((await upload('q/up')).replace('/q/up/', '/q/other/')),
  'a mount': post(`q/mount/blobs/uploads/?mount=${layer.digest}&from=q/app`),
  'a mount by sha512': async ({ send, upload }) => {
    const digest = hash('mounted', 'sha512')
    await send(withDigest(await upload('q/long'), digest), { method: 'PUT', body: 'mounted' })
    return await send(`q/mount7/blobs/uploads/?mount=${digest}&from=q/long`, { method: 'POST' })
  },
  'a blob that was mounted by sha512': get(`q/mount7/blobs/${hash('mounted', 'sha512')}`),
  'a blob that was mounted by sha512, by sha256': get(`q/mount7/blobs/${hash('mounted')}`),
  'a blob that was pushed by sha512': get(`q/long/blobs/${hash('mounted', 'sha512')}`),
  'a blob that was pushed by sha512, by sha256': get(`q/long/blobs/${hash('mounted')}`),
  'a mount from nowhere in particular': post(`q/mount2/blobs/uploads/?mount=${layer.digest}`),
  'a mount of what is not there': post(`q/mount3/blobs/uploads/?mount=${absent}&from=q/app`),
  'a mount from a repository that is not there': post(`q/mount4/blobs/uploads/?mount=${layer.digest}&from=q/none`),
  'a mount by a malformed digest': post('q/mount5/blobs/uploads/?mount=sha256:abc&from=q/app'),
  'a mount from a malformed name': post(`q/mount6/blobs/uploads/?mount=${layer.digest}&from=Q`),
  'an upload with its algorithm told': post('q/up/blobs/uploads/?digest-algorithm=sha512'),
  'an upload with an unknown algorithm told': post('q/up/blobs/uploads/?digest-algorithm=md5'),

  'a pushed image': push('new', { config, layers: [] }),
  'a pushed image by digest': async ({ manifest }) => {
    const bytes = Buffer.from(
      JSON.stringify({ schemaVersion: 2, mediaType: oci, config, layers: [], annotations: { by: 'digest' } }),
    )
    return await manifest(`q/app/manifests/${hash(bytes)}`, bytes)
  },
  'a pushed image by another digest': push(absent, { config, layers: [] }),
  'a pushed image by a malformed digest': push('sha256:abc', { config, layers: [] }),
  'a pushed image by sha512': async ({ manifest }) => {
    const bytes = Buffer.from(
      JSON.stringify({ schemaVersion: 2, mediaType: oci, config, layers: [], annotations: { by: 'sha512' } }),
    )
    return await manifest(`q/app/manifests/${hash(bytes, 'sha512')}`, bytes)
  },
  'a pushed image under a malformed tag': push('-x', { config, layers: [] }),
  'a pushed image under more tags': push('more?tag=one&tag=two', { config, layers: [] }),
  'a pushed image with null for layers': push('nulls', { config, layers: null }),
  'a pushed image without layers': push('no-layers', { config }),
  'a pushed image with null for the config': push('null-config', { config: null, layers: [] }),
  'a pushed image without a config': push('no-config', { layers: [] }),
  'a pushed image without mediaType': async ({ manifest }) =>
    await manifest('q/app/manifests/no-type', { schemaVersion: 2, config, layers: [] }),
  'a pushed image of another mediaType than Content-Type': async ({ manifest }) =>
    await manifest('q/app/manifests/types', { schemaVersion: 2, mediaType: docker.mediaType, config, layers: [] }),
  'a pushed image without Content-Type': async ({ send }) =>
    await send('q/app/manifests/no-content-type', {
      method: 'PUT',
      body: JSON.stringify({ schemaVersion: 2, mediaType: oci, config, layers: [] }),
    }),
  'a pushed image with an unknown Content-Type': push(
    'unknown-type',
    { config, layers: [] },
    'application/x.unknown+json',
  ),
  'a pushed image with layers that are not there': push('absent', {
    config,
    layers: [{ mediaType: layer.mediaType, digest: absent, size: 1 }],
  }),
  'a pushed image with a layer of the wrong size': push('size', {
    config,
    layers: [{ mediaType: layer.mediaType, digest: layer.digest, size: layer.size + 1 }],
  }),
  'a pushed image with a config that is not there': push('absent-config', {
    config: { ...config, digest: absent },
    layers: [],
  }),
  'a pushed image with a config of any type': push('any-config', {
    config: { ...config, mediaType: 'application/x.any' },
    layers: [],
  }),
  'a pushed image with an artifactType': push('artifact', { config, layers: [], artifactType: 'a/b' }),
  'a pushed image with a subject': push('subject', {
    config,
    layers: [],
    subject: { mediaType: oci, digest: app.digest, size: app.size },
  }),
  'a pushed image with a subject that is not there': push('no-subject', {
    config,
    layers: [],
    subject: { mediaType: oci, digest: absent, size: 1 },
  }),
  'a pushed image with a layer of no layer type': push('any-layer', {
    config,
    layers: [{ mediaType: 'text/plain', digest: layer.digest, size: layer.size }],
  }),
  'a pushed image with a foreign layer of OCI’s, not there': push('foreign', {
    config,
    layers: [
      {
        mediaType: 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
        digest: absent,
        size: 1,
        urls: ['https://e.test/x'],
      },
    ],
  }),
  'a pushed image with a foreign layer of OCI’s and no URL, not there': push('foreign2', {
    config,
    layers: [{ mediaType: 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip', digest: absent, size: 1 }],
  }),
  'a pushed Docker image with a foreign layer, not there': async ({ manifest }) =>
    await manifest(
      'q/docker/manifests/foreign',
      {
        schemaVersion: 2,
        mediaType: docker.mediaType,
        config: { mediaType: docker.config.mediaType, digest: docker.config.digest, size: docker.config.size },
        layers: [
          {
            mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
            digest: absent,
            size: 1,
            urls: ['https://e.test/x'],
          },
        ],
      },
      docker.mediaType,
    ),
  'a pushed image with a layer that is there and elsewhere too': push('urls', {
    config,
    layers: [{ mediaType: layer.mediaType, digest: layer.digest, size: layer.size, urls: ['https://e.test/x'] }],
  }),
  'a pushed Docker image with a foreign layer without URL, not there': async ({ manifest }) =>
    await manifest(
      'q/docker/manifests/foreign2',
      {
        schemaVersion: 2,
        mediaType: docker.mediaType,
        config: { mediaType: docker.config.mediaType, digest: docker.config.digest, size: docker.config.size },
        layers: [{ mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', digest: absent, size: 1 }],
      },
      docker.mediaType,
    ),
  'a pushed index': push('index', { manifests: [{ mediaType: oci, digest: app.digest, size: app.size }] }, indexType),
  'a pushed index of nothing': push('empty-index', { manifests: [] }, indexType),
  'a pushed index with null for manifests': push('null-index', { manifests: null }, indexType),
  'a pushed index with a child that is not there': push(
    'absent-index',
    { manifests: [{ mediaType: oci, digest: absent, size: 1 }] },
    indexType,
  ),
  'a pushed index with a subject': push(
    'index-subject',
    { manifests: [], subject: { mediaType: oci, digest: app.digest, size: app.size } },
    indexType,
  ),
  'a manifest that is no JSON': async ({ manifest }) => await manifest('q/app/manifests/no-json', Buffer.from('{')),
  'a manifest that is a list': async ({ manifest }) => await manifest('q/app/manifests/list', Buffer.from('[]')),
  'a manifest of nothing': async ({ manifest }) => await manifest('q/app/manifests/nothing', Buffer.from('')),
  'a manifest with both layers and manifests': push('both', { config, layers: [], manifests: [] }),
  'a manifest that is far too large': async ({ manifest }) =>
    await manifest(
      'q/app/manifests/large',
      Buffer.from(JSON.stringify({ schemaVersion: 2, config, layers: [], x: 'x'.repeat(5_000_000) })),
    ),
  'POST to a manifest': post('q/app/manifests/1'),

  'a deleted tag': async ({ manifest, send }) => {
    await manifest('q/app/manifests/gone', app.bytes)
    return await send('q/app/manifests/gone', { method: 'DELETE' })
  },
  'a deleted tag, asked for': async ({ manifest, send }) => {
    await manifest('q/app/manifests/gone', app.bytes)
    await send('q/app/manifests/gone', { method: 'DELETE' })
    return await send('q/app/manifests/gone', { headers: { accept: oci } })
  },
  'a deleted tag that is not there': remove('q/app/manifests/none'),
  'a deleted manifest': async ({ manifest, send }) => {
    const bytes = Buffer.from(
      JSON.stringify({ schemaVersion: 2, mediaType: oci, config, layers: [], annotations: { to: 'go' } }),
    )
    await manifest('q/app/manifests/going', bytes)
    return await send(`q/app/manifests/${hash(bytes)}`, { method: 'DELETE' })
  },
  'the tag of a deleted manifest': get('q/app/manifests/going', { accept: oci }),
  'a deleted manifest that is not there': remove(`q/app/manifests/${absent}`),
  'a deleted manifest by a malformed digest': remove('q/app/manifests/sha256:abc'),
  'a deleted manifest of a repository that is not there': remove(`q/none/manifests/${absent}`),
  'a deleted blob': async ({ blob, send }) => {
    await blob('q/up', 'to go')
    return await send(`q/up/blobs/${hash('to go')}`, { method: 'DELETE' })
  },
  'a deleted blob, asked for': get(`q/up/blobs/${hash('to go')}`),
  'a deleted blob that is not there': remove(`q/up/blobs/${absent}`),
  'a deleted blob that a manifest names': async ({ blob, manifest, send }) => {
    await blob('q/named', app.config.bytes)
    await manifest('q/named/manifests/1', { schemaVersion: 2, mediaType: oci, config, layers: [] })
    return await send(`q/named/blobs/${config.digest}`, { method: 'DELETE' })
  },
})

/** Asks a fresh registry everything. */
export async function answersOf(url: string): Promise<Readonly<Record<string, Said>>> {
  const client = clientOf(url)
  await seed(client)
  const answers: Record<string, Said> = {}
  for (const [name, question] of Object.entries(questions(url))) answers[name] = saidBy(await question(client), url)
  return answers
}

function saidBy(answer: Answer, url: string): Said {
  const headers: Record<string, string> = {}
  // What is made on the spot has another digest everywhere.
  const made = answer.headers['content-type']?.endsWith('prettyjws') === true
  for (const name of told) {
    const value = answer.headers[name]
    if (value !== undefined)
      headers[name] = plain(made ? String(value).replace(/sha256:\w+/, 'sha256:…') : String(value), url)
  }
  return {
    status: answer.status,
    headers,
    ...bodyOf(answer),
    ...(answer.whole ? {} : { whole: false as const }),
  }
}

/** Without the registry's own address, ids and states of uploads. */
const plain = (text: string, url: string): string =>
  text
    .replaceAll(url, 'URL')
    .replace(/(\/blobs\/uploads\/)[^/?]+/, '$1ID')
    .replace(/_state=[^&]+/, '_state=STATE')
    .replace(/boundary=.*/, 'boundary=…')
    .replace('; charset=utf-8', '')

function bodyOf({ status, headers, body }: Answer): Pick<Said, 'code' | 'list'> {
  const text = body.toString()
  if (text === '') return {}
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return status < 300 ? {} : { code: text }
  }
  const { errors, tags, repositories } = value as {
    readonly errors?: readonly { readonly code: string }[]
    readonly tags?: readonly string[] | null
    readonly repositories?: readonly string[] | null
  }
  if (errors !== undefined) return { code: errors[0]?.code }
  if (tags === null || repositories === null) return { list: ['null'] }
  const list = tags ?? repositories
  return list === undefined || headers['content-type']?.startsWith('application/json') !== true
    ? {}
    : { list: list.toSorted() }
}
