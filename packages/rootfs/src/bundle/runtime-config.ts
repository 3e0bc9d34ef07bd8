/** The members of a bundle's `config.json` that are written here (runtime-spec, config.md and config-linux.md). */
export interface RuntimeConfig {
  readonly ociVersion: string
  readonly process: RuntimeProcess
  /** `path`: relative to the bundle. */
  readonly root: { readonly path: string; readonly readonly?: boolean | undefined }
  readonly hostname: string
  readonly mounts: readonly RuntimeMount[]
  readonly annotations?: Readonly<Record<string, string>> | undefined
  readonly linux: RuntimeLinux
}

export interface RuntimeProcess {
  readonly terminal: boolean
  readonly user: RuntimeUser
  readonly args: readonly string[]
  readonly env: readonly string[]
  readonly cwd: string
  readonly capabilities: {
    readonly bounding: readonly string[]
    readonly effective: readonly string[]
    readonly permitted: readonly string[]
  }
  readonly rlimits: readonly { readonly type: string; readonly hard: number; readonly soft: number }[]
  readonly noNewPrivileges: boolean
}

export interface RuntimeUser {
  readonly uid: number
  readonly gid: number
  readonly additionalGids?: readonly number[] | undefined
}

export interface RuntimeMount {
  readonly destination: string
  readonly type: string
  readonly source: string
  readonly options?: readonly string[] | undefined
}

/** `size` IDs of the container from `containerID` on are those of the host from `hostID` on (runtime-spec, config-linux.md). */
export interface IdMapping {
  readonly containerID: number
  readonly hostID: number
  readonly size: number
}

export interface RuntimeLinux {
  readonly uidMappings?: readonly IdMapping[] | undefined
  readonly gidMappings?: readonly IdMapping[] | undefined
  readonly resources?: { readonly devices: readonly { readonly allow: boolean; readonly access: string }[] } | undefined
  readonly namespaces: readonly { readonly type: 'pid' | 'network' | 'ipc' | 'uts' | 'mount' | 'user' }[]
  readonly maskedPaths: readonly string[]
  readonly readonlyPaths: readonly string[]
}

/** A part of the image that is not in the document, and why. */
export interface RuntimeConfigWarning {
  readonly kind: 'annotation' | 'environment' | 'user' | 'volume'
  /** The label's key, the entry of the environment, the user or the path, as the image has it. */
  readonly subject: string
  /** What happened to it. */
  readonly message: string
}
