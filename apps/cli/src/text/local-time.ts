/** The time as docker's lists show it: of this machine's zone, as Go writes it (`2026-01-31 12:00:00 +0100 CET`). */
export function goTime(ms: number): string {
  const { date, clock, offset } = partsOf(ms)
  return `${date} ${clock} ${offset.replace(':', '')} ${zoneName(ms, offset)}`
}

/** The same in RFC 3339, to the second. */
export function localRfc3339(ms: number): string {
  const { date, clock, offset } = partsOf(ms)
  return `${date}T${clock}${offset === '+00:00' ? 'Z' : offset}`
}

function partsOf(ms: number): { readonly date: string; readonly clock: string; readonly offset: string } {
  // Whole seconds before 1970 too.
  const time = new Date(Math.floor(ms / 1000) * 1000)
  const ahead = -time.getTimezoneOffset()
  const shifted = new Date(time.getTime() + ahead * 60_000).toISOString()
  const two = (value: number): string => String(value).padStart(2, '0')
  const distance = Math.abs(ahead)
  const offset = `${ahead < 0 ? '-' : '+'}${two(Math.floor(distance / 60))}:${two(distance % 60)}`
  return { date: shifted.slice(0, -14), clock: shifted.slice(-13, -5), offset }
}

function zoneName(ms: number, offset: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZoneName: 'short' }).formatToParts(ms)
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? ''
  // Where a zone has no name, Go repeats the offset.
  return /^[A-Z]{3,5}$/.test(name) ? name : offset.replace(/:00$/, '').replace(':', '')
}
