import type { Answer, Wire } from './http.ts'
import { ask, json } from './http.ts'

export interface Credentials {
  readonly username: string
  readonly password: string
}

/** Knows how to come in: remembers for the repositories that a request is about what the registry took. */
export interface Login {
  /** The `Authorization` to try first. */
  known(repositories: readonly string[]): string | undefined
  /** What answers a challenge; `undefined` when nothing does. */
  answer(challenged: Answer, repositories: readonly string[]): Promise<string | undefined>
}

/** Basic and Bearer challenges (RFC 7617, distribution token.md), anonymous without credentials. */
export function createLogin(credentials: Credentials | undefined, wire: Wire): Login {
  const taken = new Map<string, string>()
  const basic =
    credentials === undefined
      ? undefined
      : `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`

  async function token(challenge: string, repositories: readonly string[]): Promise<string | undefined> {
    const parameter = (name: string): string | undefined => new RegExp(`\\b${name}="([^"]*)"`).exec(challenge)?.[1]
    const endpoint = parameter('realm')
    if (endpoint === undefined) return undefined
    const query = new URLSearchParams({ service: parameter('service') ?? '' })
    for (const repository of repositories) query.append('scope', `repository:${repository}:pull,push,delete`)
    if (repositories.length === 0) query.append('scope', 'registry:catalog:*')
    const answer = await ask(
      `${endpoint}?${query.toString()}`,
      { headers: basic === undefined ? {} : { authorization: basic } },
      wire,
    )
    if (answer.status !== 200) return undefined
    const body = json(answer)
    const text = body['token'] ?? body['access_token']
    return typeof text === 'string' ? `Bearer ${text}` : undefined
  }

  return {
    known: (repositories) => taken.get(repositories.join(' ')),
    async answer({ headers }, repositories) {
      const challenge = headers['www-authenticate'] ?? ''
      const bearer = /\bBearer .*$/i.exec(challenge)?.[0]
      const found =
        bearer === undefined ? (/\bBasic\b/i.test(challenge) ? basic : undefined) : await token(bearer, repositories)
      if (found !== undefined) taken.set(repositories.join(' '), found)
      return found
    },
  }
}
