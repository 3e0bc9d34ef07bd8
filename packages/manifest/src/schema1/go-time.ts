/** What Go calls the zero time: where an image says nothing. */
export const zeroTime = '0001-01-01T00:00:00Z'

const form = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(Z|[+-]\d{2}:\d{2})$/

/**
 * A time of RFC 3339 as Go writes what it has read: nanoseconds, without zeros at the end, and `Z` for every offset of
 * nothing. `undefined` for what is no time.
 */
export function goTime(text: string): string | undefined {
  const match = form.exec(text)
  if (match === null) return undefined
  const [, year = '', month = '', day = '', hour = '', minute = '', second = '', fraction = '', zone = ''] = match
  if (
    !isDate(Number(year), Number(month), Number(day)) ||
    Number(hour) > 23 ||
    Number(minute) > 59 ||
    Number(second) > 59
  )
    return undefined
  const [zoneHours = 0, zoneMinutes = 0] = zone === 'Z' ? [] : zone.slice(1).split(':').map(Number)
  if (zoneHours > 23 || zoneMinutes > 59) return undefined
  const nanoseconds = fraction.slice(0, 9).replace(/0+$/, '')
  return `${year}-${month}-${day}T${hour}:${minute}:${second}${nanoseconds === '' ? '' : `.${nanoseconds}`}${zoneHours + zoneMinutes === 0 ? 'Z' : zone}`
}

function isDate(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
  return day <= (days[month - 1] ?? 0)
}
