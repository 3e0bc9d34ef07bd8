// Apart from what uses the SDK: whoever has not installed it can use these types.

/** As the SDK takes them; without them it finds them itself (environment, profiles, the machine's role). */
export interface S3Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
}

export interface S3ConnectionOptions {
  /** URLs. Default: as the SDK finds one (`AWS_ENDPOINT_URL_S3`, profiles), else Amazon's. */
  readonly endpoints?: readonly string[] | undefined
  /** Default: as the SDK finds it, else `us-east-1`, which every other engine takes. */
  readonly region?: string | undefined
  readonly credentials?: S3Credentials | undefined
}
