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
}

export interface HistoryEntry {
  readonly created?: string | undefined
  readonly author?: string | undefined
  readonly createdBy?: string | undefined
  readonly comment?: string | undefined
  readonly emptyLayer: boolean
}
