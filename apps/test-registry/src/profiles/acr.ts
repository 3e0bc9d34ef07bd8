import type { Profile } from './profile.ts'

/** Azure Container Registry. User `user`, password `password`; without them a token pulls. */
export const acr: Profile = {
  name: 'acr',
  sources: [
    'Tokens at /oauth2/token, in the member access_token: Azure/acr, docs/AAD-OAuth.md and #207, genuinetools/reg #124.',
    'Blobs are redirected to storage that refuses an Authorization: Azure/acr #217.',
    'The form has no password grant, refresh tokens alone; here it has: Azure/acr #104 (2018).',
  ],
  auth: {
    kind: 'bearer',
    service: 'registry.azurecr.io',
    tokenPath: '/oauth2/token',
    tokenMember: 'access_token',
    username: 'user',
    password: 'password',
    anonymous: 'pull',
  },
  quirks: { redirectBlobs: true },
}
