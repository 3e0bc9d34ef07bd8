import type { JsonNode } from '../json/parse-json.ts'

/** What docker's `config.json` and containers' `auth.json` say that matters to a registry client. */
export interface CredentialConfig {
  /** The file, or the variable, that it comes from. */
  readonly place: string
  /** By key as written, in the file's order. Decoded one by one, so that a broken entry hurts its own host only. */
  readonly auths: ReadonlyMap<string, AuthEntry>
  /** Key as written to the name of a helper. */
  readonly credHelpers: ReadonlyMap<string, string>
  readonly credsStore: string | undefined
  /** Headers that docker sends with each request of its API client. */
  readonly httpHeaders: ReadonlyMap<string, string>
  /** By daemon address, or `default`. May hold passwords. */
  readonly proxies: ReadonlyMap<string, DockerProxies>
}

export interface DockerProxies {
  readonly httpProxy?: string | undefined
  readonly httpsProxy?: string | undefined
  readonly noProxy?: string | undefined
  readonly ftpProxy?: string | undefined
  readonly allProxy?: string | undefined
}

/** An entry of `auths` that nobody has looked into yet. */
export interface AuthEntry {
  readonly node: JsonNode
  /** Its place in the document, for errors. */
  readonly path: string
}
