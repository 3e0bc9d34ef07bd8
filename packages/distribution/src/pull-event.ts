import type { Digest } from '@lading/digest'
import type { Platform } from '@lading/manifest'

/** Raised when a member is removed or changes meaning; new types and members do not raise it. */
export const pullEventVersion = 1

interface LayerEvent {
  readonly digest: Digest
  /** First 12 hex characters of the digest, what people see. */
  readonly id: string
}

/**
 * Everything that happens during a pull, in order. Sizes in bytes. Text that a server sent is as it came:
 * a renderer escapes it.
 */
export type PullEvent =
  /** An endpoint is about to be tried. */
  | { readonly type: 'endpoint'; readonly url: string; readonly mirror: boolean }
  /** It did not work out and another one follows. */
  | {
      readonly type: 'endpoint:failed'
      readonly url: string
      readonly mirror: boolean
      readonly code: string
      readonly message: string
    }
  /** `<id>: Pulling from <path>`; `id` is the tag or the digest. */
  | { readonly type: 'resolve'; readonly reference: string; readonly id: string; readonly path: string }
  | {
      readonly type: 'manifest'
      readonly digest: Digest
      readonly mediaType: string
      readonly size: number
      readonly source: 'registry' | 'store' | 'data'
    }
  /** Which entry of an index was chosen. */
  | {
      readonly type: 'platform'
      readonly digest: Digest
      readonly platform: Platform | undefined
      readonly wanted: Platform
    }
  | { readonly type: 'config'; readonly digest: Digest; readonly size: number }
  /** `Pulling fs layer`. */
  | ({ readonly type: 'layer:pulling'; readonly size: number } & LayerEvent)
  | ({ readonly type: 'layer:waiting' } & LayerEvent)
  | ({ readonly type: 'layer:exists' } & LayerEvent)
  /** `Downloading`: of the whole blob, also after a resume. */
  | ({ readonly type: 'layer:bytes'; readonly current: number; readonly total: number } & LayerEvent)
  /** Bytes of an earlier attempt are used. */
  | ({ readonly type: 'layer:resume'; readonly offset: number; readonly total: number } & LayerEvent)
  | ({
      readonly type: 'layer:retry'
      readonly attempt: number
      readonly seconds: number
      readonly code: string
      readonly message: string
    } & LayerEvent)
  /** `Verifying Checksum`. */
  | ({ readonly type: 'layer:verifying' } & LayerEvent)
  /** `Download complete`. */
  | ({ readonly type: 'layer:verified' } & LayerEvent)
  /**
   * `Extracting`: compressed bytes inflated and hashed; lading keeps the blob and computes the diffID. `arriving`: it does
   * so beside the download, which is what people are shown until `layer:verified`.
   */
  | ({
      readonly type: 'layer:extracting'
      readonly current: number
      readonly total: number
      readonly arriving?: boolean | undefined
    } & LayerEvent)
  /** `Pull complete`. */
  | ({ readonly type: 'layer:complete'; readonly diffId?: Digest | undefined } & LayerEvent)
  /** Another process has what this one needs of the store, for more than a second; `message` says how to go on at once. */
  | {
      readonly type: 'waiting'
      /** Its owner file. */
      readonly path: string
      readonly pid: number | undefined
      readonly host: string | undefined
      /** How long it may be silent before it counts as dead; `undefined`: it is seen to run. */
      readonly silenceMs: number | undefined
      readonly message: string
    }
  /** A registry, mirror or token server is asked again after so long, or wants to be left alone. Waits for a layer are `layer:retry`. */
  | {
      readonly type: 'wait'
      readonly host: string
      readonly forMs: number
      readonly code: string
      /** One line for people. */
      readonly message: string
    }
  | { readonly type: 'warning'; readonly code: string; readonly message: string }
  /** `Digest: …`, of what was asked for. */
  | { readonly type: 'digest'; readonly digest: Digest; readonly reference: string }
  /** With all tags: this one failed, the others go on. */
  | { readonly type: 'tag:failed'; readonly reference: string; readonly code: string; readonly message: string }
  /** With all tags: nothing that can be pulled as an image is behind it, so that no image is missing. */
  | { readonly type: 'tag:skipped'; readonly reference: string; readonly message: string }
  /** `Status: …`, once a pull. `reference` is familiar text. */
  | { readonly type: 'status'; readonly status: 'downloaded' | 'up-to-date'; readonly reference: string }
