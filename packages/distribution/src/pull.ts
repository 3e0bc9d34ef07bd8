import type { Reference } from '@lading/reference'
import { explain } from './final-error.ts'
import type { PullRepository } from './ports.ts'
import type { PullJob } from './pull-job.ts'
import { endpointTeller } from './tell-endpoints.ts'

/**
 * One pull: the repository to work with, and the words for what went wrong. Which endpoint is asked for what is the
 * client's decision, operation by operation.
 *
 * @throws the caller's abort reason; or an error with the code of what went wrong, naming reference and host
 */
export async function pull<Result>(
  job: PullJob,
  reference: Reference,
  work: (repository: PullRepository) => Promise<Result>,
): Promise<Result> {
  try {
    return await work(job.client.repository(reference, { schemas: job.schemas, onEvent: endpointTeller(job.emit) }))
  } catch (error) {
    job.signal.throwIfAborted()
    throw explain(error, reference)
  }
}
