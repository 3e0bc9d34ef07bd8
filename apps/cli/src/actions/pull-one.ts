import { isNameOnly } from '@lading/reference'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { jsonLine } from '../text/json-line.ts'
import { imageResult } from './pull-result.ts'
import type { PullTask } from './pull-task.ts'

export async function pullOne({ puller, reference, renderer, json, how, context }: PullTask): Promise<ExitCode> {
  if (isNameOnly(reference)) renderer.note('Using default tag: latest')
  const image = await puller.pull(reference, how)
  // The screen is finished before the result comes: both may be the same terminal.
  renderer.close()
  context.print(json ? jsonLine(imageResult(image)) : image.reference)
  return exitCodes.ok
}
