import type { Reference } from '@lading/reference'
import { explain } from './final-error.ts'
import type { PullRepository } from './ports.ts'
import type { PullJob } from './pull-job.ts'
import { pullAllTags, pullOne } from './pull-repository.ts'
import type { PulledImage, PulledTags } from './puller.ts'
import { endpointTeller } from './tell-endpoints.ts'

/**
 * One pull, of a tag or digest.
 *
 * @throws the caller's abort reason; or an error with the code of what went wrong, naming reference and host
 */
export const pull = (job: PullJob, reference: Reference): Promise<PulledImage> =>
  withRepository(job, reference, (repository) => pullOne(job, repository, reference))

/** The same, of every tag. It throws when their list cannot be read. */
export const pullAll = (job: PullJob, name: Reference): Promise<PulledTags> =>
  withRepository(job, name, (repository) => pullAllTags(job, repository, name))

/**
 * Gives a pull its repository, and words to what went wrong. Which endpoint is asked for what is the client's decision,
 * operation by operation.
 */
async function withRepository<Result>(
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
