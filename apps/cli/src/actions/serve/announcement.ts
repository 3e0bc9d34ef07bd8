import type { UpstreamChoice } from './parse-upstream.ts'

export interface Announced {
  /** `127.0.0.1:5000`; of a local socket its path. */
  readonly address: string
  readonly port: number | undefined
  readonly hasTls: boolean
  readonly hasPasswords: boolean
  readonly offline: boolean
  readonly upstreams: readonly UpstreamChoice[]
  readonly root: string
  readonly metrics?: string | undefined
}

/** What a server says when it can be asked: where it is, whom it asks, and how clients are pointed at it. */
export function announcement(facts: Announced): readonly string[] {
  const { address, hasTls, hasPasswords, offline, upstreams, root, metrics } = facts
  const scheme = hasTls ? 'https' : 'http'
  const names = upstreams.map(({ host, withCredentials }) =>
    withCredentials ? `${host} (with your credentials)` : host,
  )
  return [
    `Serving at ${scheme}://${address}${hasPasswords ? ', for users with a password' : ''}`,
    `Store: ${root}`,
    offline ? 'Upstreams: none (--offline)' : `Upstreams: ${names.join(', ')}`,
    ...(metrics === undefined ? [] : [`Metrics and a page: http://${metrics}/`]),
    ...pointers(facts, scheme),
  ]
}

function pointers({ port, address, upstreams }: Announced, scheme: string): readonly string[] {
  const [first] = upstreams
  if (port === undefined || first === undefined) return []
  // Every address of a machine is none that a client could be told.
  const reached = address.replace(/^(0\.0\.0\.0|\[::\])(?=:)/, 'THIS-HOST')
  const insecure = scheme === 'http' ? ' --tls-verify=false' : ''
  return [
    ...(upstreams.some(({ host }) => host === 'docker.io')
      ? [`docker: { "registry-mirrors": ["${scheme}://${reached}"] } in /etc/docker/daemon.json`]
      : []),
    // No path of a name has a port, and names without a host are those of the first.
    `podman: podman pull${insecure} ${reached}/${first.host.includes(':') ? '' : `${first.host}/`}NAME:TAG`,
    `lading: lading pull --mirror ${first.host === 'docker.io' ? '' : `${first.host}=`}${scheme}://${reached} ${first.host}/NAME:TAG`,
  ]
}
