/** `If-None-Match` (RFC 9110 13.1.2) against one strong validator. */
export function noneMatch(header: string | undefined, etag: string): boolean {
  if (header === undefined) return true
  return !header.split(',').some((candidate) => ['*', etag, `W/${etag}`].includes(candidate.trim()))
}
