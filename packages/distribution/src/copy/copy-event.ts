import type { Digest } from '@lading/digest'
import type { PullEvent } from '../pull-event.ts'

interface LayerEvent {
  readonly digest: Digest
  /** First 12 hex characters of the digest, what people see. */
  readonly id: string
}

/** What a copy has in common with a pull. */
type SharedEvent = Extract<
  PullEvent,
  {
    readonly type:
      | 'endpoint'
      | 'endpoint:failed'
      | 'layer:waiting'
      | 'layer:resume'
      | 'layer:retry'
      | 'waiting'
      | 'wait'
      | 'warning'
      | 'tag:failed'
  }
>

/** Everything that happens during a copy or a push, in order; versioned by `pullEventVersion`. Sizes in bytes. */
export type CopyEvent =
  | SharedEvent
  /** `The push refers to repository […]`. */
  | { readonly type: 'push'; readonly reference: string; readonly name: string }
  /** What goes: a manifest or an index, as it is or made for this copy. */
  | {
      readonly type: 'copy'
      readonly digest: Digest
      readonly mediaType: string
      readonly size: number
      /** An index that was made of a part of another one. */
      readonly made: boolean
    }
  /** A manifest or an index that has another digest at the target. */
  | {
      readonly type: 'converted'
      readonly from: Digest
      readonly digest: Digest
      readonly mediaType: string
      readonly size: number
    }
  /** `Compressing`: how much of the layer as it was is read. */
  | ({ readonly type: 'layer:compressing'; readonly current: number; readonly total: number } & LayerEvent)
  /** It is at the target in another compression, by the digest `now`. */
  | ({
      readonly type: 'layer:compressed'
      readonly now: Digest
      readonly size: number
      readonly compression: 'gzip' | 'zstd'
    } & LayerEvent)
  /** `Preparing`. */
  | ({ readonly type: 'layer:preparing'; readonly size: number } & LayerEvent)
  /** `Pushing`: of the whole blob, also after a resume. */
  | ({ readonly type: 'layer:sending'; readonly current: number; readonly total: number } & LayerEvent)
  /** `Layer already exists`. */
  | ({ readonly type: 'layer:here' } & LayerEvent)
  /** `Mounted from`: another repository of the same registry. */
  | ({ readonly type: 'layer:mounted'; readonly from: string } & LayerEvent)
  /** `Skipped foreign layer`: it is not to be distributed, and need not be there. */
  | ({ readonly type: 'layer:skipped' } & LayerEvent)
  /** `Pushed`. */
  | ({ readonly type: 'layer:sent' } & LayerEvent)
  /** A config or another part that is no layer is there now. */
  | { readonly type: 'config:sent'; readonly digest: Digest; readonly size: number }
  /** `TAG: digest: … size: …`; `id` is the tag, or the digest where there is none. */
  | {
      readonly type: 'copied'
      readonly reference: string
      readonly id: string
      readonly digest: Digest
      readonly size: number
      readonly status: 'copied' | 'unchanged'
    }
