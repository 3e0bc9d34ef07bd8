import type { Digest } from '@lading/digest'

/** The image configuration (OCI image-spec, config.md; Docker's is the same document). */
export interface ImageConfig {
  /** `''` where the document does not say, as old builders left it. */
  readonly architecture: string
  /** `''` where the document does not say. */
  readonly os: string
  readonly variant?: string | undefined
  readonly osVersion?: string | undefined
  readonly osFeatures?: readonly string[] | undefined
  /** RFC 3339. */
  readonly created?: string | undefined
  readonly author?: string | undefined
  readonly config?: ContainerConfig | undefined
  readonly rootfs: { readonly type: 'layers'; readonly diffIds: readonly Digest[] }
  readonly history: readonly HistoryEntry[]
}

/** Execution defaults, in the document's own names. */
export interface ContainerConfig {
  readonly User?: string | undefined
  readonly ExposedPorts?: readonly string[] | undefined
  readonly Env?: readonly string[] | undefined
  readonly Entrypoint?: readonly string[] | undefined
  readonly Cmd?: readonly string[] | undefined
  readonly Volumes?: readonly string[] | undefined
  readonly WorkingDir?: string | undefined
  readonly Labels?: Readonly<Record<string, string>> | undefined
  readonly StopSignal?: string | undefined
  /** Windows: the one entry of `Cmd` or `Entrypoint` is a whole command line. */
  readonly ArgsEscaped?: boolean | undefined
  /** Docker only; OCI reserves the name. */
  readonly Healthcheck?: Healthcheck | undefined
  /** Bytes. Docker only, and long ignored. */
  readonly Memory?: number | undefined
  /** Bytes, -1 for no limit. Docker only, and long ignored. */
  readonly MemorySwap?: number | undefined
  /** Relative weight. Docker only, and long ignored. */
  readonly CpuShares?: number | undefined
}

/** Durations are in nanoseconds; 0 or absent: inherited. */
export interface Healthcheck {
  /** `[]` inherits, `['NONE']` disables, `['CMD', …]` and `['CMD-SHELL', command]` run. */
  readonly Test?: readonly string[] | undefined
  readonly Interval?: number | undefined
  readonly Timeout?: number | undefined
  readonly StartPeriod?: number | undefined
  readonly StartInterval?: number | undefined
  readonly Retries?: number | undefined
}

export interface HistoryEntry {
  readonly created?: string | undefined
  readonly author?: string | undefined
  readonly createdBy?: string | undefined
  readonly comment?: string | undefined
  readonly emptyLayer: boolean
}
