import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { accept, configType, digestOf, manifestOf, manifestType, named, textBytes, type Named } from './documents.ts'
import { ask, type Answer, type Question, type Wire } from './http.ts'
import { createLogin, type Credentials, type Login } from './login.ts'

export interface TargetOptions extends Wire {
  /** Of the registry, without a trailing slash and without `/v2`. */
  readonly url: string
  readonly credentials?: Credentials | undefined
  /** What the names of the repositories begin with; each check has its own. Default `compliance`. */
  readonly prefix?: string | undefined
}

/** A registry and a repository that nobody has used, with the moves that checks are made of. */
export interface Target {
  readonly url: string
  readonly repository: string
  /** A path below `/v2/<repository>`, or a whole URL. Redirects of GET and HEAD are followed. */
  at(path: string, question?: Question): Promise<Answer>
  /** A path of the registry itself. */
  root(path: string, question?: Question): Promise<Answer>
  /** Another one, of a name of its own. */
  other(): Target
  /** Where `Location` leads, relative or absolute, with more parameters. */
  location(answer: Answer, parameters?: Readonly<Record<string, string>>): string
  session(query?: string): Promise<Answer>
  pushBlob(bytes: Uint8Array, digest?: string): Promise<string>
  /** @param target a tag; default: by digest */
  pushManifest(
    bytes: Uint8Array,
    how?: { readonly target?: string | undefined; readonly type?: string | undefined },
  ): Promise<Answer>
  /** An image without layers, and its blobs. `text` makes it another one. */
  pushImage(tag: string | undefined, text?: string): Promise<PushedImage>
  manifest(target: string, question?: Question): Promise<Answer>
}

interface PushedImage extends Named {
  readonly bytes: Uint8Array
  readonly config: string
}

const mostRedirects = 5

export function createTarget(options: TargetOptions, login: Login = createLogin(options.credentials, options)): Target {
  const { url, prefix = 'compliance' } = options
  const repository = `${prefix}/${randomUUID()}`

  /** With what the registry wants, and asked again when it wants something else. */
  async function authorized(where: string, repositories: readonly string[], question: Question): Promise<Answer> {
    const send = (authorization: string | undefined): Promise<Answer> => {
      const own = where.startsWith(`${url}/`) && authorization !== undefined
      return ask(where, { ...question, headers: { ...question.headers, ...(own ? { authorization } : {}) } }, options)
    }
    const first = await send(login.known(repositories))
    if (first.status !== 401 || !where.startsWith(`${url}/`)) return first
    const better = await login.answer(first, repositories)
    return better === undefined ? first : await send(better)
  }

  async function followed(where: string, repositories: readonly string[], question: Question = {}): Promise<Answer> {
    let here = where
    let answer = await authorized(here, repositories, question)
    if (!['GET', 'HEAD'].includes(question.method ?? 'GET')) return answer
    for (let hop = 0; hop < mostRedirects; hop++) {
      const next = answer.status >= 301 && answer.status <= 308 ? answer.headers['location'] : undefined
      if (next === undefined) break
      here = new URL(next, here).href
      answer = await authorized(here, repositories, question)
    }
    return answer
  }

  const at: Target['at'] = (path, question) => {
    const where = /^https?:/.test(path) ? path : `${url}/v2/${repository}${path}`
    const from = new URL(where).searchParams.get('from')
    return followed(where, [repository, ...(from === null ? [] : [from])], question)
  }
  const location: Target['location'] = (answer, parameters = {}) => {
    assert.ok(answer.headers['location'], 'the answer has a Location')
    const target = new URL(answer.headers['location'], `${url}/`)
    for (const [name, value] of Object.entries(parameters)) target.searchParams.set(name, value)
    return target.href
  }
  const session: Target['session'] = async (query = '') => {
    const answer = await at(`/blobs/uploads/${query}`, { method: 'POST', headers: { 'content-length': '0' } })
    assert.equal(answer.status, 202, 'a session is opened with 202')
    return answer
  }
  const pushBlob: Target['pushBlob'] = async (bytes, digest = digestOf(bytes)) => {
    const closed = await at(location(await session(), { digest }), {
      method: 'PUT',
      body: bytes,
      headers: { 'content-type': 'application/octet-stream', 'content-length': String(bytes.length) },
    })
    assert.equal(closed.status, 201, 'a blob is made with 201')
    return digest
  }
  const pushManifest: Target['pushManifest'] = (bytes, { target = digestOf(bytes), type = manifestType } = {}) =>
    at(`/manifests/${target}`, { method: 'PUT', body: bytes, headers: { 'content-type': type } })
  return {
    url,
    repository,
    at,
    root: (path, question) => followed(`${url}${path}`, [], question),
    other: () => createTarget(options, login),
    location,
    session,
    pushBlob,
    pushManifest,
    async pushImage(tag, text = tag ?? '') {
      const configBytes = textBytes(
        JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [] }, author: text }),
      )
      const config = await pushBlob(configBytes)
      const bytes = manifestOf({ config: named(configType, configBytes), layers: [] })
      const answer = await pushManifest(bytes, { target: tag })
      assert.equal(answer.status, 201, 'an image is pushed')
      return { ...named(manifestType, bytes), bytes, config }
    },
    manifest: (target, question = {}) =>
      at(`/manifests/${target}`, { ...question, headers: { accept, ...question.headers } }),
  }
}
