import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3'
import type { S3ConnectionOptions } from './connection-options.ts'
import type { Sdk } from './load-sdk.ts'

/** One way to the engine. */
export interface Gateway {
  /** For messages. */
  readonly host: string
  readonly client: S3Client
}

/** What is not said is found out here, so that every gateway is asked in the same way. */
export async function openGateways(
  sdk: Sdk,
  { endpoints = [], region, credentials }: S3ConnectionOptions,
): Promise<readonly Gateway[]> {
  const common: S3ClientConfig = {
    ...(region === undefined ? {} : { region }),
    ...(credentials === undefined
      ? {}
      : { credentials: { ...credentials } as NonNullable<S3ClientConfig['credentials']> }),
    // We repeat: elsewhere, and not before we know what became of it.
    maxAttempts: 1,
    // Other engines do not know the newer checksums, and every chunk is hashed by us.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // Whoever asks before sending a body (100-continue) gets a connection of its own for each chunk from this SDK.
    expectContinueHeader: false,
    followRegionRedirects: true,
    requestHandler: {
      connectionTimeout: 10_000,
      httpAgent: { keepAlive: true, maxSockets: 64 },
      httpsAgent: { keepAlive: true, maxSockets: 64 },
    },
  }
  const probe = new sdk.S3Client(common)
  const found = await probe.config.region().then(
    () => ({}),
    () => ({ region: 'us-east-1' }),
  )
  const configured = endpoints.length > 0 ? endpoints : await configuredEndpoint(probe)
  probe.destroy()
  if (configured.length === 0) {
    const client = new sdk.S3Client({ ...common, ...found })
    return [{ host: 'Amazon S3', client }]
  }
  return configured.map((endpoint) => ({
    host: new URL(endpoint).host,
    // Few engines have a name for each bucket.
    client: new sdk.S3Client({ ...common, ...found, endpoint, forcePathStyle: true }),
  }))
}

async function configuredEndpoint({ config }: S3Client): Promise<readonly string[]> {
  const { serviceConfiguredEndpoint: find } = config as {
    serviceConfiguredEndpoint?: () => Promise<string | undefined>
  }
  const found = await find?.()
  return found === undefined ? [] : [found]
}
