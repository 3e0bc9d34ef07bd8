import { join } from 'node:path'
import { crane } from './go-clients/crane.ts'
import { oras } from './go-clients/oras.ts'
import { pushSeeds } from './go-clients/push-seeds.ts'
import { regctl } from './go-clients/regctl.ts'
import { runRows, type Outcome, type RunOptions } from './go-clients/run-rows.ts'
import { seeds } from './go-clients/seeds.ts'

export const commands = { crane, regctl, oras }

/** Fills a registry with what commands need, and runs those of all three programs beside each other. */
export async function runCommands(
  host: string,
  directory: string,
  { attempts }: Pick<RunOptions, 'attempts'> = {},
): Promise<readonly Outcome[]> {
  await pushSeeds(host, seeds)
  const outcomes = await Promise.all(
    Object.entries(commands).map(([program, rows]) =>
      runRows(rows, { host, directory: join(directory, program), attempts }),
    ),
  )
  return outcomes.flat()
}
export { digestOf, lookAt, type Look } from './go-clients/look.ts'
export { runRows, type Outcome } from './go-clients/run-rows.ts'
export { row, type Row } from './go-clients/row.ts'
