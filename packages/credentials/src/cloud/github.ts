import type { CredentialSource } from '../source/create-source.ts'
import type { CloudOptions } from './cloud-options.ts'
import { createCloudSource } from './create-cloud-source.ts'

/** `GITHUB_TOKEN` at `ghcr.io` and nowhere else; its user is `GITHUB_ACTOR`, which GitHub does not look at. Asks nobody. */
export function githubToken(options: CloudOptions = {}): CredentialSource {
  return createCloudSource<string, { readonly username: string; readonly password: string }>(
    {
      name: 'GitHub',
      registry: (host) => (host === 'ghcr.io' ? host : undefined),
      keys({ GITHUB_TOKEN, GITHUB_ACTOR }) {
        return GITHUB_TOKEN
          ? { place: 'GITHUB_TOKEN', keys: { username: GITHUB_ACTOR || 'token', password: GITHUB_TOKEN } }
          : undefined
      },
      wanted: 'GITHUB_TOKEN',
      fetchToken: async (_registry, keys) => ({ credential: { kind: 'basic', ...keys } }),
    },
    options,
  )
}
