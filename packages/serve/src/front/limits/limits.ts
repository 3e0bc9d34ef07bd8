/** What one client, and all of them, may have of a server. */
export interface Limits {
  /** Connections of one client. Default 256. */
  readonly connectionsPerClient: number
  /** Of all. Default 4096: some of 20 000 files must be left for what is served. */
  readonly connections: number
  /** Blobs that are on their way to one client. Default 128: a cluster behind one address has many. */
  readonly downloadsPerClient: number
  /** To all. Default 1024. */
  readonly downloads: number
  /** Requests to upstreams for one client, at once. Default 600. */
  readonly upstreamBurst: number
  /** And from then on, a minute. Default 600. */
  readonly upstreamPerMinute: number
}

export const defaultLimits: Limits = {
  connectionsPerClient: 256,
  connections: 4096,
  downloadsPerClient: 128,
  downloads: 1024,
  upstreamBurst: 600,
  upstreamPerMinute: 600,
}
