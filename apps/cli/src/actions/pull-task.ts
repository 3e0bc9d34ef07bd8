import type { Puller, PullOptions } from '@lading/distribution'
import type { Reference } from '@lading/reference'
import type { CommandContext } from '../context.ts'
import type { ProgressMode, Renderer } from '../progress/renderer.ts'
import type { RegistryCommandOptions } from '../command-options.ts'

export interface PullCommandOptions extends RegistryCommandOptions {
  readonly allTags?: boolean | undefined
  readonly platform?: string | undefined
  readonly quiet?: boolean | undefined
  readonly progress: ProgressMode
  readonly verify: 'full' | 'digest'
  readonly jobs: number
  readonly allowForeignUrls?: boolean | undefined
  readonly allowSchema1?: boolean | undefined
}

/** One `lading pull`, with everything it needs. */
export interface PullTask {
  readonly puller: Puller
  readonly reference: Reference
  readonly renderer: Renderer
  /** Results and errors are JSON. */
  readonly json: boolean
  readonly how: PullOptions
  readonly context: CommandContext
}
