import { createHash, createHmac } from 'node:crypto'

export interface AwsKeys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
}

export interface AwsRequest {
  readonly method: string
  readonly url: URL
  /** Names in lower case; all of them are signed, `host` and `x-amz-date` beside them. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface AwsScope extends AwsKeys {
  readonly region: string
  readonly service: string
  readonly now: Date
}

/**
 * The headers that a request needs to be signed with AWS Signature Version 4 ("Create a signed AWS API request"). For
 * paths that need no escaping and URLs without a query, which is all that ECR has.
 */
export function signAws(
  { method, url, headers, body }: AwsRequest,
  { region, service, now, accessKeyId, secretAccessKey, sessionToken }: AwsScope,
): Record<string, string> {
  const time = now.toISOString().replace(/[:-]|\.[0-9]{3}/g, '')
  const date = time.slice(0, 8)
  const added = { 'x-amz-date': time, ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }) }
  const signed: Readonly<Record<string, string>> = { ...headers, ...added, host: url.host }
  const names = Object.keys(signed).toSorted()
  const canonical = [
    method,
    url.pathname,
    '',
    ...names.map((name) => `${name}:${(signed[name] ?? '').trim()}`),
    '',
    names.join(';'),
    sha256(body),
  ].join('\n')
  const scope = `${date}/${region}/${service}/aws4_request`
  const key = [date, region, service, 'aws4_request'].reduce<Uint8Array | string>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    `AWS4${secretAccessKey}`,
  )
  const signature = createHmac('sha256', key)
    .update(`AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonical)}`)
    .digest('hex')
  return {
    ...headers,
    ...added,
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
