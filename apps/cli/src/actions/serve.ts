import { inheritedSocketsFromEnv } from '@lading/serve/front'
import { CliError } from '../cli-error.ts'
import type { Action, CommandContext } from '../context.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { isOnObjects, rootOf } from './open-store.ts'
import { makePlan } from './serve/plan.ts'
import { runServer } from './serve/run-server.ts'
import type { ServeOptions } from './serve/serve-options.ts'

export const serve: Action<[], ServeOptions> = async (_, options, context) => {
  if (options.checkStore === true) return checkStore(rootOf(options, context), context)
  const inherited = inheritedSocketsFromEnv({ env: context.environment.variables })
  const plan = await makePlan(options, { inherited, context })
  await runServer(plan, options, context)
  return exitCodes.ok
}

async function checkStore(root: string, { print }: CommandContext): Promise<ExitCode> {
  if (!isOnObjects(root))
    throw new CliError('USAGE', '--check-store is for stores on object storage, and this one is in files', {
      hint: 'lading --root s3://BUCKET/PREFIX serve --check-store; of a store in files: lading check',
    })
  await (await import('./open-object-store.ts')).checkObjectStore(root)
  print(`${root} can hold a store: only one of many writers wins, writes are visible at once, and no versions are kept`)
  return exitCodes.ok
}
