import { docker, oci } from '../media-types.ts'
import type { Profile } from './profile.ts'

/** Quay. User `user`, password `password`; without them a token pulls. */
export const quay: Profile = {
  name: 'quay',
  sources: [
    'The token endpoint is /v2/auth, and 401 of /v2/ has the body "true" as text/html: google/go-containerregistry #985, deckhouse/deckhouse #10672.',
    'Schema 1 for a client whose Accept does not name the type: eclipse-che/che-plugin-registry #2082. Here it is unsigned.',
    'Configs of other types are refused unless the installation allows them: oras-project/oras-www #380.',
    'Referrers since 2024.',
  ],
  auth: {
    kind: 'bearer',
    service: 'quay.io',
    tokenPath: '/v2/auth',
    username: 'user',
    password: 'password',
    anonymous: 'pull',
  },
  quirks: { configTypes: [oci.config, docker.config, oci.empty], schema1: true },
  faults: [
    { name: 'true', on: 'ping', unauthorized: true, then: { content: 'true' } },
    {
      name: 'as HTML',
      on: 'ping',
      unauthorized: true,
      then: { headers: { 'content-type': 'text/html; charset=utf-8' } },
    },
  ],
}
