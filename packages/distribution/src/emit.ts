import { channel } from 'node:diagnostics_channel'
import type { PullEvent } from './pull-event.ts'

/** Reports one event to whoever listens. */
export type Emit = (event: PullEvent) => void

/** The `diagnostics_channel` on which every pull of the process is told; messages are `{ reference, event }`. */
export const pullChannelName = 'lading:pull'

export function createEmit(reference: string, onEvent: (event: PullEvent) => void): Emit {
  const diagnostics = channel(pullChannelName)
  return (event) => {
    if (diagnostics.hasSubscribers) diagnostics.publish({ reference, event })
    onEvent(event)
  }
}
