import { base64 } from '../base64.ts'

/** `Basic …` in UTF-8 (RFC 7617 2.1). */
export function basicHeader({ username, password }: { readonly username: string; readonly password: string }): string {
  return `Basic ${base64(new TextEncoder().encode(`${username}:${password}`))}`
}

/** What to do when they were refused; a line end that was encoded with a password is easily overlooked. */
export function refusedHint(host: string, password: string): string {
  return /[\r\n]$/.test(password)
    ? `the password for ${host} that is stored here ends with a line break: log in to ${host} again, or store it without the line break (printf, not echo)`
    : `check the user name and the password, or log in to ${host} again`
}

/** The same of a header that was shown; `undefined` where it is none of these. */
export function refusedHeaderHint(host: string, header: string | undefined): string | undefined {
  return header?.startsWith('Basic ') === true ? refusedHint(host, atob(header.slice('Basic '.length))) : undefined
}
