import type { RetryTime } from './fault-action.ts'

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const

/** `Retry-After` (RFC 9110 10.2.3): seconds, or one of the three forms of a date that 5.6.7 wants understood. */
export function retryTime({ inSeconds, form = 'imf-fixdate' }: RetryTime, now: number): string {
  if (form === 'seconds') return String(inSeconds)
  const date = new Date(now + inSeconds * 1000)
  const imf = date.toUTCString()
  if (form === 'imf-fixdate') return imf
  const [day, month, year] = [date.getUTCDate(), months[date.getUTCMonth()] ?? '', date.getUTCFullYear()]
  const name = days[date.getUTCDay()] ?? ''
  const time = imf.slice(17, 25)
  if (form === 'asctime') return `${name.slice(0, 3)} ${month} ${String(day).padStart(2)} ${time} ${year}`
  return `${name}, ${String(day).padStart(2, '0')}-${month}-${String(year % 100).padStart(2, '0')} ${time} GMT`
}
