const units: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
}
const longest = 24 * 3_600_000

/** Milliseconds of a duration as Go writes it: `1m30s`, `500ms`. `undefined` for what is none, or not between 0 and a day. */
export function parseDuration(text: string): number | undefined {
  if (!/^(?:[0-9]{1,9}(?:\.[0-9]{1,9})?(?:ns|us|µs|μs|ms|s|m|h)){1,8}$/.test(text)) return undefined
  let sum = 0
  for (const [, count, unit = ''] of text.matchAll(/([0-9.]+)([a-zµμ]+)/g)) sum += Number(count) * (units[unit] ?? 0)
  return sum > 0 && sum <= longest ? Math.ceil(sum) : undefined
}
