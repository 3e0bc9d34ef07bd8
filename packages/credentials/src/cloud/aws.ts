import { splitPair } from '../config/decode-entry.ts'
import type { CredentialSource } from '../source/create-source.ts'
import { askService } from './ask-service.ts'
import type { CloudOptions } from './cloud-options.ts'
import { createCloudSource, noToken } from './create-cloud-source.ts'
import { signAws, type AwsKeys } from './sign-aws.ts'

interface EcrRegistry {
  readonly region: string
  readonly endpoint: string
}

// `123456789012.dkr.ecr.eu-central-1.amazonaws.com`, and in China with `.cn` at its end.
const privateHost = /^[0-9]{12}\.dkr\.ecr(-fips)?\.([a-z]{2}(?:-[a-z]+)+-[0-9])\.(amazonaws\.com(?:\.cn)?)$/
const cloud = 'AWS'

/**
 * Amazon ECR: `GetAuthorizationToken`, signed with `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`. The
 * registry's name says the region. `AWS_ENDPOINT_URL_ECR` asks elsewhere. Profiles and roles are for AWS's own helper.
 *
 * The source throws CredentialError `CLOUD_REFUSED` or `CLOUD_UNREACHABLE`.
 */
export function amazonEcr(options: CloudOptions = {}): CredentialSource {
  return createCloudSource<EcrRegistry, AwsKeys>(
    {
      name: cloud,
      registry(host) {
        const [, fips, region, domain] = privateHost.exec(host) ?? []
        return region === undefined || domain === undefined
          ? undefined
          : {
              region,
              endpoint:
                fips === undefined ? `https://api.ecr.${region}.${domain}/` : `https://ecr-fips.${region}.${domain}/`,
            }
      },
      keys({
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        AWS_SESSION_TOKEN: sessionToken,
      }) {
        return accessKeyId && secretAccessKey
          ? {
              place: 'AWS_ACCESS_KEY_ID',
              keys: { accessKeyId, secretAccessKey, sessionToken: sessionToken || undefined },
            }
          : undefined
      },
      wanted: 'AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY',
      async fetchToken({ region, endpoint }, keys, { env, now, ...how }) {
        const url = new URL(env['AWS_ENDPOINT_URL_ECR'] || endpoint)
        const headers = {
          'content-type': 'application/x-amz-json-1.1',
          'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken',
        }
        const request = { method: 'POST' as const, url, body: '{}' }
        const answer = await askService(
          cloud,
          {
            ...request,
            headers: signAws({ ...request, headers }, { ...keys, region, service: 'ecr', now: new Date(now()) }),
          },
          how,
        )
        const pair = splitPair(
          Buffer.from(answer.text('authorizationData.0.authorizationToken') ?? '', 'base64').toString('utf8'),
        )
        const expiresAt = answer.number('authorizationData.0.expiresAt')
        if (pair === undefined || pair.username === '' || pair.password === '') return noToken(cloud, url.host)
        return {
          credential: { kind: 'basic', ...pair },
          expiresAt: expiresAt === undefined ? undefined : expiresAt * 1000,
        }
      },
    },
    options,
  )
}
