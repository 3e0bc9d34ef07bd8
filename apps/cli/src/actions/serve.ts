import { inheritedSocketsFromEnv } from '@lading/serve/front'
import type { Action } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { makePlan } from './serve/plan.ts'
import { runServer } from './serve/run-server.ts'
import type { ServeOptions } from './serve/serve-options.ts'

export const serve: Action<[], ServeOptions> = async (_, options, context) => {
  const inherited = inheritedSocketsFromEnv({ env: context.environment.variables })
  const plan = await makePlan(options, { inherited, context })
  await runServer(plan, options, context)
  return exitCodes.ok
}
