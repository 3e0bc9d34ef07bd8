import type { Profile } from './profile.ts'

/** GitLab's registry. User `user`, password `password`; without them a token pulls. */
export const gitlab: Profile = {
  name: 'gitlab',
  sources: [
    'Tokens of GitLab itself, at /jwt/auth of another host or port, for container_registry: mkuchin/docker-registry-web #95, target/portauthority #12.',
    'The catalog is refused to everybody but administrators: portainer/portainer #2956, swarmpit/swarmpit #341.',
  ],
  auth: {
    kind: 'bearer',
    realm: 'cdn',
    service: 'container_registry',
    tokenPath: '/jwt/auth',
    username: 'user',
    password: 'password',
    anonymous: 'pull',
  },
  faults: [{ name: 'for administrators', on: 'catalog', then: { status: 401 } }],
}
