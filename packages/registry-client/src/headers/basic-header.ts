import { base64 } from '../base64.ts'

/** `Basic …` in UTF-8 (RFC 7617 2.1). */
export function basicHeader({ username, password }: { readonly username: string; readonly password: string }): string {
  return `Basic ${base64(new TextEncoder().encode(`${username}:${password}`))}`
}
