import type { PullClient, PullRepository } from './ports.ts'
import type { PullJob } from './pull-job.ts'

/** Of a hundred requests, so many are few. */
const fewOfHundred = 10
/** And so many, where nobody says of how many. */
const few = 5
/** Hosts that were told of, by client: once is enough, however many images are pulled. */
const told = new WeakMap<PullClient, Set<string>>()

/** Says it once when the registry allows only a few more requests, so that the next pull's refusal is no surprise. */
export function warnOfRateLimit(job: PullJob, repository: PullRepository): void {
  const left = repository.rateLimit()
  if (left === undefined) return
  const { host, remaining, limit, windowMs, resetMs } = left
  if (remaining > (limit === undefined ? few : Math.ceil((limit * fewOfHundred) / 100))) return
  const hosts = told.get(job.client) ?? new Set()
  if (hosts.has(host)) return
  told.set(job.client, hosts.add(host))
  const of = limit === undefined ? '' : ` of ${limit}`
  const time =
    resetMs !== undefined
      ? ` until the count begins anew in ${spanOf(resetMs)}`
      : windowMs !== undefined
        ? ` in ${spanOf(windowMs)}`
        : ''
  job.emit({
    type: 'warning',
    code: 'RATE_LIMIT_LOW',
    message: `${host} allows ${remaining}${of} more requests${time}; those who log in may be allowed more`,
  })
}

function spanOf(ms: number): string {
  const minutes = Math.ceil(ms / 60_000)
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`
}
