const mask = '***'

// Each pattern is a fixed prefix followed by one character class, so matching is linear in the input.
const userInfo = /([a-z][a-z0-9+.-]{0,15}:\/\/)[^/?#\s@]{1,512}@/gi
const authorization = /\b(bearer|basic)(\s+)[A-Za-z0-9._~+/=-]{4,}/gi
const queryCredential =
  /([?&](?:access_token|token|refresh_token|password|sig|signature|x-amz-signature|x-amz-credential|x-amz-security-token|x-goog-signature|x-goog-credential)=)[^&\s"'#]+/gi

/**
 * Removes what must never reach a log: user info in URLs, `Authorization` values, and the credentials that
 * presigned URLs and token endpoints carry in their query. Everything else is left as it was.
 */
export function redact(text: string): string {
  return text
    .replace(userInfo, `$1${mask}@`)
    .replace(authorization, `$1$2${mask}`)
    .replace(queryCredential, `$1${mask}`)
}
