const minute = 60
const hour = 60 * minute
const day = 24 * hour

/** What Go writes for a time that nobody set, as `crane rebase` does. */
const unset = Date.parse('0001-01-01T00:00:00Z')

/** In milliseconds since 1970; `undefined` when it is not known or not a time. */
export function timeOf(created: string | undefined): number | undefined {
  const time = Date.parse(created ?? '')
  return Number.isNaN(time) || time === unset ? undefined : time
}

/** How long ago, in docker's words: `3 weeks ago`. `N/A` when it is not known or not a time. */
export function formatAge(created: string | number | undefined, now: number = Date.now()): string {
  const then = typeof created === 'number' ? created : timeOf(created)
  if (then === undefined) return 'N/A'
  return `${duration(Math.floor((now - then) / 1000))} ago`
}

function duration(seconds: number): string {
  if (seconds < 1) return 'Less than a second'
  if (seconds === 1) return '1 second'
  if (seconds < minute) return `${seconds} seconds`
  const minutes = Math.floor(seconds / minute)
  if (minutes === 1) return 'About a minute'
  if (minutes < 60) return `${minutes} minutes`
  const hours = Math.round(seconds / hour)
  if (hours === 1) return 'About an hour'
  if (hours < 48) return `${hours} hours`
  const days = Math.floor(seconds / day)
  if (days < 14) return `${days} days`
  if (days < 60) return `${Math.floor(days / 7)} weeks`
  if (days < 730) return `${Math.floor(days / 30)} months`
  return `${Math.floor(days / 365)} years`
}
