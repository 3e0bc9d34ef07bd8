import type { CredentialSource } from '../source/create-source.ts'
import { askService } from './ask-service.ts'
import type { CloudOptions } from './cloud-options.ts'
import { createCloudSource, noToken } from './create-cloud-source.ts'

type Keys = { readonly token: string } | { readonly metadata: string }

// `gcr.io`, `eu.gcr.io`, `europe-west3-docker.pkg.dev`.
const registryHost = /^(?:(?:[a-z]+\.)?gcr\.io|[a-z0-9-]+-docker\.pkg\.dev)$/
const cloud = 'Google Cloud'

/**
 * Google Artifact Registry and Container Registry: the token in `GOOGLE_OAUTH_ACCESS_TOKEN`, else one of the metadata
 * server, if `GCE_METADATA_HOST` names it: an address that is the same in every network is not asked unbidden.
 *
 * The source throws CredentialError `CLOUD_REFUSED` or `CLOUD_UNREACHABLE`.
 */
export function googleArtifactRegistry(options: CloudOptions = {}): CredentialSource {
  return createCloudSource<string, Keys>(
    {
      name: cloud,
      registry: (host) => (registryHost.test(host) ? host : undefined),
      keys({ GOOGLE_OAUTH_ACCESS_TOKEN: token, GCE_METADATA_HOST: metadata }) {
        if (token) return { place: 'GOOGLE_OAUTH_ACCESS_TOKEN', keys: { token } }
        return metadata ? { place: 'GCE_METADATA_HOST', keys: { metadata } } : undefined
      },
      wanted: 'GOOGLE_OAUTH_ACCESS_TOKEN, GCE_METADATA_HOST',
      async fetchToken(_registry, keys, { now, fetch, signal }) {
        const username = 'oauth2accesstoken'
        if ('token' in keys) return { credential: { kind: 'basic', username, password: keys.token } }
        const url = new URL(`http://${keys.metadata}/computeMetadata/v1/instance/service-accounts/default/token`)
        const answer = await askService(
          cloud,
          { method: 'GET', url, headers: { 'metadata-flavor': 'Google' } },
          { fetch, signal },
        )
        const password = answer.text('access_token') ?? noToken(cloud, url.host)
        return {
          credential: { kind: 'basic', username, password },
          expiresAt: now() + (answer.number('expires_in') ?? 0) * 1000,
        }
      },
    },
    options,
  )
}
