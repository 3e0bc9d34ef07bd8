import type { CommandContext } from '../context.ts'
import { createFlow, type Flow, type FlowMode } from './flow.ts'

interface WithFlowOptions {
  readonly progress: FlowMode
  /** Nothing is told. */
  readonly quiet?: boolean | undefined
}

/** Work that moves bytes, told while it runs. `use` is given the context in which everything else is told meanwhile. */
export async function withFlow<Result>(
  { progress, quiet }: WithFlowOptions,
  context: CommandContext,
  use: (flow: Flow, context: CommandContext) => Promise<Result>,
): Promise<Result> {
  const flow = createFlow(progress, context.terminal, { quiet })
  let isDone = false
  try {
    const result = await use(flow, { ...context, terminal: flow.terminal })
    isDone = true
    return result
  } finally {
    flow.close(isDone)
  }
}
