import type { Profile } from './profile.ts'

/** Sonatype Nexus at a port of its own. User `user`, password `password`; without them a token pulls. */
export const nexus: Profile = {
  name: 'nexus',
  sources: [
    'The next page of a list is named at /repository/NAME/v2, which is not at this port: sonatype/nexus-public #1011 (2026).',
    'HEAD of a manifest that is there is 404: crazy-max/diun #1614 (2026).',
    'Schema 1 for a client whose Accept does not name the type: aixigo/PREvant #44. Here it is unsigned.',
    'Tokens for strangers, where that is switched on: sonatype/nexus-public #311, #410.',
  ],
  auth: { kind: 'bearer', tokenPath: '/v2/token', username: 'user', password: 'password', anonymous: 'pull' },
  quirks: { linkForm: 'other-path', schema1: true },
  faults: [{ name: 'HEAD finds nothing', on: 'manifest', method: 'HEAD', then: { status: 404 } }],
}
