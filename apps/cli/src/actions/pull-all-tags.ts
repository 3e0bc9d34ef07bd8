import { exitCodeOf } from '../exit-code-of.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { jsonLine } from '../text/json-line.ts'
import { tagsResult } from './pull-result.ts'
import type { PullTask } from './pull-task.ts'

/** Every tag: what was pulled is printed, what failed is told at the end and makes the exit code. */
export async function pullAllTags({ puller, reference, renderer, json, how, context }: PullTask): Promise<ExitCode> {
  const tags = await puller.pullAll(reference, how)
  renderer.close()
  if (json) context.print(jsonLine(tagsResult(tags)))
  else for (const image of tags.images) context.print(image.reference)
  if (tags.failed.length === 0) return exitCodes.ok
  const codes = tags.failed.map(({ error }) => (json ? exitCodeOf(error) : context.report(error)))
  const [first = exitCodes.failure] = codes
  return codes.every((code) => code === first) ? first : exitCodes.failure
}
