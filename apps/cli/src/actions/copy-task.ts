import type { Copied, CopyPlan } from '@lading/distribution'
import type { CommandContext } from '../context.ts'
import type { Renderer } from '../progress/renderer.ts'
import type { CopySideOptions, CopySides } from './copy-sides.ts'

export interface CopyCommandOptions extends CopySideOptions {
  readonly platform?: readonly string[] | undefined
  readonly allTags?: boolean | undefined
  readonly include?: RegExp | undefined
  readonly exclude?: RegExp | undefined
  readonly referrers?: boolean | undefined
  readonly onlyPresent?: boolean | undefined
  readonly includeForeign?: boolean | undefined
  readonly format?: 'oci' | 'docker' | undefined
  readonly compression?: 'gzip' | 'zstd' | undefined
  readonly preserveDigests?: boolean | undefined
  readonly dryRun?: boolean | undefined
  readonly jobs: number
  readonly digestFile?: string | undefined
  readonly quiet?: boolean | undefined
  readonly json?: boolean | undefined
}

/** One `lading copy`, with everything it needs. */
export interface CopyTask {
  readonly sides: CopySides
  readonly options: CopyCommandOptions
  readonly renderer: Renderer
  readonly context: CommandContext
}

/** What was copied, or would be. */
export interface CopyDone {
  readonly text: string
  readonly copied: Copied | CopyPlan
  readonly referrers: readonly (Copied | CopyPlan)[]
}
