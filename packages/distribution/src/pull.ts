import { nameOf, type Reference } from '@lading/reference'
import type { Endpoint } from '@lading/registry-client'
import { printable } from '@lading/errors'
import { continuesAfter } from './fallback.ts'
import { codeOf, explain } from './final-error.ts'
import { PullError } from './pull-error.ts'
import type { PullRepository } from './ports.ts'
import type { PullJob } from './pull-job.ts'

/**
 * The endpoint loop: tries the work at each endpoint of the reference's domain, in order, until one succeeds or
 * fails for good. The error a user sees is the last tried endpoint's.
 *
 * @throws the caller's abort reason; or an error with the code of what went wrong, naming reference and host
 */
export async function pullFromEndpoints<Result>(
  job: PullJob,
  reference: Reference,
  work: (repository: PullRepository) => Promise<Result>,
): Promise<Result> {
  let last: { error: unknown; endpoint: Endpoint } | undefined
  for (const { endpoint, content } of sourcesOf(job, reference)) {
    // What spoke TLS once is never asked in plain text; a refused certificate counts.
    if (endpoint.scheme === 'http' && job.client.tlsSeen(endpoint.host)) continue
    if (last !== undefined)
      job.emit({
        type: 'endpoint:failed',
        url: last.endpoint.url,
        code: codeOf(last.error),
        message: messageOf(last.error),
      })
    job.emit({ type: 'endpoint', url: endpoint.url, mirror: endpoint.mirror })
    try {
      return await work(job.client.repository(nameOf(reference), { endpoint, content, schemas: job.schemas }))
    } catch (error) {
      job.signal.throwIfAborted()
      if (!continuesAfter(error, endpoint)) throw explain(error, reference)
      last = { error, endpoint }
    }
  }
  if (last !== undefined) throw explain(last.error, reference)
  throw new PullError('NO_ENDPOINT', `no endpoint serves ${reference.domain}`, {
    reference: String(reference),
    host: reference.domain,
  })
}

/**
 * Who is asked for a reference, and which mirrors before it for what has a digest. A mirror that may not say what a tag
 * points to serves the content behind a tag all the same; one that may say nothing else leaves it to the others.
 */
function sourcesOf(
  { client }: PullJob,
  reference: Reference,
): readonly { readonly endpoint: Endpoint; readonly content: readonly Endpoint[] }[] {
  const endpoints = endpointsOf(client, reference)
  if (reference.digest !== undefined)
    return endpoints
      .filter(({ capabilities }) => capabilities?.includes('pull') ?? true)
      .map((endpoint) => ({ endpoint, content: [] }))
  return endpoints.flatMap((endpoint, at) => {
    if (!(endpoint.capabilities?.includes('resolve') ?? true)) return []
    const pulls = endpoint.capabilities?.includes('pull') ?? true
    const others = pulls
      ? endpoints.slice(0, at).filter(({ capabilities }) => capabilities?.includes('resolve') === false)
      : endpoints.filter((each) => each !== endpoint)
    return [{ endpoint, content: others.filter(({ capabilities }) => capabilities?.includes('pull') ?? true) }]
  })
}

function endpointsOf(client: PullJob['client'], reference: Reference): readonly Endpoint[] {
  try {
    return client.endpoints(reference)
  } catch (error) {
    throw explain(error, reference)
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : printable(String(error)))
