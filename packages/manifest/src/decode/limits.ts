/** How large documents may be. Every member has a default that fits what registries accept. */
export interface Limits {
  /** Bytes of one document. Default 4 MiB. */
  readonly maxBytes?: number | undefined
  /** Layers of one manifest, `diff_ids` of one config. Default 1000. */
  readonly maxLayers?: number | undefined
  /** Entries of one index. Default 10,000. */
  readonly maxManifests?: number | undefined
  /** History entries of one config. Default 10,000. */
  readonly maxHistory?: number | undefined
}

export const defaultMaxLayers = 1000
export const defaultMaxManifests = 10_000
export const defaultMaxHistory = 10_000
