import { isLadingError, printable, redact, type LadingError } from '@lading/errors'
import { S3Error, type S3ErrorCode } from './s3-error.ts'

/** What is to be done about a request that failed. */
type Remedy =
  /** The key is there already. */
  | 'exists'
  /** Others write the same key at this moment: again. */
  | 'conflict'
  /** Again, through another endpoint where there is one; nobody knows whether it was carried out. */
  | 'elsewhere'
  /** Again, when some time has passed. */
  | 'later'
  /** Once more: what was wrong is read anew. */
  | 'once'
  | 'none'

export interface Failure {
  readonly remedy: Remedy
  readonly error: LadingError
}

/** What the SDK throws, as far as we look at it. */
interface Thrown {
  readonly name?: unknown
  readonly message?: unknown
  readonly code?: unknown
  readonly stack?: string | undefined
  readonly $metadata?: { readonly httpStatusCode?: number | undefined; readonly requestId?: string | undefined }
}

interface Meaning {
  readonly code: S3ErrorCode
  readonly remedy: Remedy
  readonly says: string
  readonly hint: string
}

const meanings = {
  exists: { code: 'S3_FAILED', remedy: 'exists', says: 'the key exists already', hint: 'run it again' },
  conflict: { code: 'S3_BUSY', remedy: 'conflict', says: 'other processes write the same key', hint: 'run it again' },
  busy: {
    code: 'S3_BUSY',
    remedy: 'later',
    says: 'the object storage receives too many requests',
    hint: 'wait a while, or raise its limits; what has arrived is kept',
  },
  unavailable: {
    code: 'S3_UNAVAILABLE',
    remedy: 'elsewhere',
    says: 'the object storage failed',
    hint: 'check its logs, and run it again when it works; what has arrived is kept',
  },
  unreachable: {
    code: 'S3_UNREACHABLE',
    remedy: 'elsewhere',
    says: 'the object storage cannot be reached',
    hint: 'check the endpoint, the network, and that its gateway is running; several endpoints can be given: ?endpoint=URL&endpoint=URL',
  },
  untrusted: {
    code: 'S3_UNREACHABLE',
    remedy: 'none',
    says: 'the certificate of the object storage is not trusted',
    hint: 'give Node the certificate of its issuer: NODE_EXTRA_CA_CERTS=FILE',
  },
  timeout: {
    code: 'S3_TIMEOUT',
    remedy: 'elsewhere',
    says: 'the object storage took too long for a request',
    hint: 'check its load, and run it again later; what has arrived is kept',
  },
  skew: {
    code: 'S3_CLOCK_SKEW',
    remedy: 'once',
    says: "this machine's clock and that of the object storage are too far apart",
    hint: 'set the clock of this machine, or that of the engine',
  },
  missing: {
    code: 'S3_CREDENTIALS_MISSING',
    remedy: 'none',
    says: 'there are no credentials for the object storage',
    hint: 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE',
  },
  expired: {
    code: 'S3_CREDENTIALS_EXPIRED',
    remedy: 'once',
    says: 'the credentials for the object storage have expired',
    hint: 'get new ones, for example with aws sso login, or set new keys in the environment',
  },
  refused: {
    code: 'S3_CREDENTIALS_REFUSED',
    remedy: 'none',
    says: 'the object storage does not accept these credentials',
    hint: 'check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_PROFILE, and that they belong to this endpoint',
  },
  denied: {
    code: 'S3_DENIED',
    remedy: 'none',
    says: 'the object storage does not allow this with these credentials',
    hint: 'allow s3:ListBucket of the bucket, and s3:GetObject, s3:PutObject and s3:DeleteObject below the prefix',
  },
  bucket: {
    code: 'S3_BUCKET_UNKNOWN',
    remedy: 'none',
    says: 'the bucket does not exist',
    hint: 'create it first, without versioning, or correct its name',
  },
  unsupported: {
    code: 'S3_UNSUITABLE',
    remedy: 'none',
    says: 'the object storage does not support what a store needs',
    hint: 'use an engine with conditional PutObject (If-None-Match): Amazon S3, Ceph, MinIO',
  },
  other: {
    code: 'S3_FAILED',
    remedy: 'none',
    says: 'the object storage rejected a request',
    hint: 'run it with --debug, and check the log of the object storage',
  },
} as const satisfies Readonly<Record<string, Meaning>>

type MeaningName = keyof typeof meanings

/** By the codes of S3's error answers, and the names that the SDK gives. */
const byName: ReadonlyMap<string, MeaningName> = new Map(
  (
    [
      ['exists', 'PreconditionFailed'],
      ['conflict', 'ConditionalRequestConflict OperationAborted'],
      [
        'busy',
        'SlowDown ServiceUnavailable TooManyRequests Throttling ThrottlingException RequestLimitExceeded RequestThrottled BandwidthLimitExceeded',
      ],
      ['unavailable', 'InternalError IncompleteBody'],
      ['timeout', 'TimeoutError RequestTimeout RequestTimeoutException'],
      ['skew', 'RequestTimeTooSkewed RequestExpired RequestInTheFuture'],
      ['missing', 'CredentialsProviderError TokenProviderError'],
      ['expired', 'ExpiredToken ExpiredTokenException TokenRefreshRequired'],
      ['refused', 'InvalidAccessKeyId SignatureDoesNotMatch InvalidToken AuthFailure UnrecognizedClientException'],
      ['denied', 'AccessDenied AllAccessDisabled AccountProblem Forbidden'],
      ['bucket', 'NoSuchBucket'],
      ['unsupported', 'NotImplemented'],
    ] as const
  ).flatMap(([meaning, names]) => names.split(' ').map((name) => [name, meaning] as const)),
)

const byStatus: Readonly<Record<number, MeaningName>> = {
  401: 'refused',
  403: 'denied',
  408: 'timeout',
  409: 'conflict',
  412: 'exists',
  429: 'busy',
  501: 'unsupported',
  503: 'busy',
}

const timeouts = new Set(['ETIMEDOUT', 'ESOCKETTIMEDOUT'])
const network =
  /^(E(CONN[A-Z]+|PIPE|HOSTUNREACH|NETUNREACH|NOTFOUND|AI_[A-Z]+|ADDRNOTAVAIL|HOSTDOWN|NETDOWN|PROTO|MFILE|NFILE)|HPE_[A-Z_]+)$/
const certificate = /^(CERT_|ERR_TLS_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/

function meaningOf({ name, code, $metadata }: Thrown): MeaningName {
  for (const each of [name, code]) {
    const found = typeof each === 'string' ? byName.get(each) : undefined
    if (found !== undefined) return found
  }
  if (typeof code === 'string') {
    if (timeouts.has(code)) return 'timeout'
    if (network.test(code)) return 'unreachable'
    if (certificate.test(code)) return 'untrusted'
  }
  const status = $metadata?.httpStatusCode ?? 0
  return byStatus[status] ?? (status >= 500 ? 'unavailable' : 'other')
}

/**
 * What a failed request means, and what helps. The error has nothing of the SDK's own one but its words: that holds what was
 * signed, tokens included.
 *
 * @param about what was asked of whom: `put names/…`
 */
export function failureOf(
  thrown: unknown,
  { about, host }: { readonly about: string; readonly host: string },
): Failure {
  if (isLadingError(thrown)) return { remedy: thrown.code === 'S3_TIMEOUT' ? 'elsewhere' : 'none', error: thrown }
  const seen: Thrown = typeof thrown === 'object' && thrown !== null ? thrown : { message: thrown }
  const { code, remedy, says, hint } = meanings[meaningOf(seen)]
  const { name, message, $metadata } = seen
  const status = $metadata?.httpStatusCode
  const told = [name, message].filter((each) => typeof each === 'string' && each !== '' && each !== 'Error').join(': ')
  const cause = new Error(redact(printable(told)))
  if (seen.stack !== undefined) cause.stack = redact(seen.stack)
  return {
    remedy,
    error: new S3Error(code, `${says} (${about}${told === '' ? '' : `; ${printable(told, 300)}`})`, {
      host,
      status,
      hint,
      cause,
    }),
  }
}

/** Whether an answer says that there is no such key: not that there is no such bucket. */
export function isAbsent(thrown: unknown): boolean {
  const { name, $metadata } = (thrown ?? {}) as Thrown
  return name === 'NoSuchKey' || name === 'NotFound' || ($metadata?.httpStatusCode === 404 && name !== 'NoSuchBucket')
}
