const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

// The three forms of RFC 9110 5.6.7: IMF-fixdate, RFC 850, asctime.
const imfFixdate = /^[a-z]{3}, ([0-9]{2}) ([a-z]{3}) ([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) gmt$/i
const rfc850 = /^[a-z]{6,9}, ([0-9]{2})-([a-z]{3})-([0-9]{2}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) gmt$/i
const asctime = /^[a-z]{3} ([a-z]{3}) ([ 0-9][0-9]) ([0-9]{2}):([0-9]{2}):([0-9]{2}) ([0-9]{4})$/i

/**
 * Milliseconds since 1970 of an HTTP date in any of its three forms (RFC 9110 5.6.7); `undefined` for anything else.
 *
 * @param now for the century of a two-digit year, which is never more than 50 years ahead; milliseconds since 1970
 */
export function parseHttpDate(text: string, now: number = Date.now()): number | undefined {
  const fixed = imfFixdate.exec(text)
  if (fixed !== null) return instant(fixed[3], fixed[2], fixed[1], fixed.slice(4))
  const old = rfc850.exec(text)
  if (old !== null) {
    const thisYear = new Date(now).getUTCFullYear()
    const year = thisYear - (thisYear % 100) + Number(old[3])
    return instant(String(year > thisYear + 50 ? year - 100 : year), old[2], old[1], old.slice(4))
  }
  const c = asctime.exec(text)
  return c === null ? undefined : instant(c[6], c[1], c[2], c.slice(3, 6))
}

function instant(year = '', monthName = '', day = '', time: readonly string[] = []): number | undefined {
  const month = months.indexOf(monthName.toLowerCase())
  const [hour = 0, minute = 0, second = 0] = time.map(Number)
  const date = Number(day)
  if (month === -1 || hour > 23 || minute > 59 || second > 60) return undefined
  const value = Date.UTC(Number(year), month, date, hour, minute, second)
  // Date.UTC carries the 31st of February over; such a date names no day.
  return date >= 1 && new Date(Date.UTC(Number(year), month, date)).getUTCDate() === date ? value : undefined
}
