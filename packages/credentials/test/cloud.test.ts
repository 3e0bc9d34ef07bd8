import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import {
  amazonEcr,
  azureContainerRegistry,
  cloudCredentials,
  githubToken,
  googleArtifactRegistry,
} from '../src/cloud/index.ts'
import { signAws } from '../src/cloud/sign-aws.ts'
import { base64, basic } from './support/home.ts'
import { imitate } from './support/imitation.ts'

const aws = { AWS_ACCESS_KEY_ID: 'AKID', AWS_SECRET_ACCESS_KEY: 'CANARY-key' }
const azure = { AZURE_TENANT_ID: 'tenant', AZURE_CLIENT_ID: 'client', AZURE_CLIENT_SECRET: 'CANARY-key' }
const ecr = '123456789012.dkr.ecr.eu-central-1.amazonaws.com'

describe('a cloud', () => {
  it.each([
    ['GitHub', { GITHUB_TOKEN: 'x' }, ['ghcr.io.evil.test', 'evil.test', 'x.ghcr.io', 'docker.io', 'ghcr.io:443']],
    [
      'AWS (CVE-2024-35192)',
      aws,
      [
        `${ecr}.evil.test`,
        `evil.test.${ecr}`,
        `x${ecr}`,
        '12345.dkr.ecr.eu-central-1.amazonaws.com',
        '123456789012.dkr.ecr.evil.test/.eu-central-1.amazonaws.com',
        `${ecr}:5000`,
      ],
    ],
    [
      'Google',
      { GOOGLE_OAUTH_ACCESS_TOKEN: 'x' },
      ['gcr.io.evil.test', 'evilgcr.io', 'a.b.gcr.io', 'docker.pkg.dev', 'evil-docker.pkg.dev.test'],
    ],
    [
      'Azure',
      azure,
      [
        'acme.azurecr.io.evil.test',
        'evil.acme.azurecr.io',
        'azurecr.io',
        'acme1.azurecr.io@evil.test',
        'acme1.azurecr.io:1',
      ],
    ],
  ])('%s is asked for no host but its own', async (_name, env, hosts) => {
    const credentials = cloudCredentials({ env, fetch: () => Promise.reject(new Error('nobody is to be asked')) })
    for (const host of hosts) expect(await credentials({ host })).toBeUndefined()
  })

  it.each(['ghcr.io', ecr, 'eu.gcr.io', 'europe-west3-docker.pkg.dev', 'acme1.azurecr.io'])(
    'is off for %s where the environment offers nothing',
    async (host) => {
      const credentials = cloudCredentials({ env: {}, fetch: () => Promise.reject(new Error('nobody is to be asked')) })
      expect(await credentials({ host })).toBeUndefined()
      expect((await credentials.explain({ host })).map(({ outcome }) => outcome)).toEqual(['absent'])
    },
  )

  it('that refuses is an error without a word of its answer', async () => {
    const service = await imitate({})
    service.answer = { status: 403, body: 'CANARY' }
    const error: unknown = await amazonEcr({ env: aws, fetch: service.fetch })({ host: ecr }).catch(
      (reason: unknown) => reason,
    )
    expect(error).toMatchObject({
      code: 'CLOUD_REFUSED',
      message: 'AWS gives no token: api.ecr.eu-central-1.amazonaws.com answered 403',
      facts: { status: 403 },
    })
    expect(inspect(error, { depth: 9 })).not.toContain('CANARY')
  })

  it.each([
    ['no JSON', { status: 200, body: '<html>' }, 'CLOUD_REFUSED'],
    ['no token', { status: 200, body: '{"authorizationData":[]}' }, 'CLOUD_REFUSED'],
    [
      'a token without a colon',
      { status: 200, body: JSON.stringify({ authorizationData: [{ authorizationToken: base64('AWS') }] }) },
      'CLOUD_REFUSED',
    ],
    ['more than a megabyte', { status: 200, body: ' '.repeat(1024 * 1024 + 1) }, 'CLOUD_UNREACHABLE'],
  ])('that answers with %s is an error', async (_what, answer, code) => {
    const service = await imitate({})
    service.answer = answer
    await expect(amazonEcr({ env: aws, fetch: service.fetch })({ host: ecr })).rejects.toMatchObject({ code })
  })

  it('is not followed to where it redirects', async () => {
    const service = await imitate({})
    service.answer = { status: 307, headers: { location: '/elsewhere' }, body: '' }
    await expect(amazonEcr({ env: aws, fetch: service.fetch })({ host: ecr })).rejects.toMatchObject({
      code: 'CLOUD_UNREACHABLE',
    })
    expect(service.asked).toHaveLength(1)
  })

  it('that cannot be reached is an error; the signal’s reason comes out unchanged', async () => {
    const env = { ...aws, AWS_ENDPOINT_URL_ECR: 'http://127.0.0.1:1' }
    await expect(amazonEcr({ env })({ host: ecr })).rejects.toMatchObject({ code: 'CLOUD_UNREACHABLE' })
    const reason = new Error('enough')
    await expect(amazonEcr({ env })({ host: ecr }, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })
})

describe('GitHub', () => {
  it('has a token in the environment', async () => {
    expect(await githubToken({ env: { GITHUB_TOKEN: 's', GITHUB_ACTOR: 'ann' } })({ host: 'ghcr.io' })).toEqual(
      basic('ann', 's'),
    )
    expect(
      await githubToken({ env: { GITHUB_TOKEN: 's' } })({ host: 'ghcr.io', rejected: basic('token', 's') }),
    ).toBeUndefined()
  })
})

describe('Amazon ECR', () => {
  const token = (password: string): object => ({
    authorizationData: [
      { authorizationToken: base64(`AWS:${password}`), expiresAt: 2_000_000_000.5, proxyEndpoint: `https://${ecr}` },
    ],
  })

  it('gives a token for a signed question, which is kept until it ends', async () => {
    const service = await imitate(token('one'))
    let now = 1_999_000_000_000
    const credentials = amazonEcr({
      env: { ...aws, AWS_SESSION_TOKEN: 'session' },
      fetch: service.fetch,
      now: () => now,
    })
    expect(await credentials({ host: ecr })).toEqual(basic('AWS', 'one'))
    expect(await credentials({ host: ecr })).toEqual(basic('AWS', 'one'))
    expect(service.asked).toHaveLength(1)
    expect(service.asked[0]).toMatchObject({
      method: 'POST',
      url: 'https://api.ecr.eu-central-1.amazonaws.com/',
      body: '{}',
    })
    expect(service.asked[0]?.headers).toMatchObject({
      'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken',
      'x-amz-security-token': 'session',
      'x-amz-date': '20330506T134640Z',
    })
    expect(service.asked[0]?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKID\/20330506\/eu-central-1\/ecr\/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, Signature=[0-9a-f]{64}$/,
    )
    service.answer = { status: 200, body: JSON.stringify(token('two')) }
    expect(await credentials({ host: ecr, rejected: basic('AWS', 'one') })).toEqual(basic('AWS', 'two'))
    now = 1_999_999_999_000
    expect(await credentials({ host: ecr })).toEqual(basic('AWS', 'two'))
    expect(service.asked).toHaveLength(3)
  })

  it.each([
    ['123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn', 'https://api.ecr.cn-north-1.amazonaws.com.cn/'],
    ['123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com', 'https://ecr-fips.us-gov-west-1.amazonaws.com/'],
  ])('of %s is asked at %s', async (host, url) => {
    const service = await imitate(token('one'))
    expect(await amazonEcr({ env: aws, fetch: service.fetch })({ host })).toEqual(basic('AWS', 'one'))
    expect(service.asked.map((each) => each.url)).toEqual([url])
  })

  it.each([
    ['GET', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
    ['POST', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
  ])('signs as AWS’s own test vector %s vanilla', (method, signature) => {
    const { authorization } = signAws(
      { method, url: new URL('https://example.amazonaws.com/'), headers: {}, body: '' },
      {
        accessKeyId: 'AKIDEXAMPLE',
        secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
        region: 'us-east-1',
        service: 'service',
        now: new Date('2015-08-30T12:36:00Z'),
      },
    )
    expect(authorization).toBe(
      `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=${signature}`,
    )
  })

  it('is not asked where an earlier place decided', async () => {
    const service = await imitate({})
    expect(await amazonEcr({ env: aws, fetch: service.fetch }).explain({ host: ecr }, { ask: false })).toEqual([
      {
        source: 'AWS',
        place: 'AWS_ACCESS_KEY_ID',
        outcome: 'unasked',
        reason: `${ecr} is a registry of AWS; an earlier place was used`,
      },
    ])
    expect(service.asked).toEqual([])
  })
})

describe('Google Artifact Registry', () => {
  it.each(['gcr.io', 'eu.gcr.io', 'europe-west3-docker.pkg.dev'])(
    'takes the token of the environment at %s',
    async (host) => {
      expect(
        await googleArtifactRegistry({ env: { GOOGLE_OAUTH_ACCESS_TOKEN: 's', GCE_METADATA_HOST: 'unasked' } })({
          host,
        }),
      ).toEqual(basic('oauth2accesstoken', 's'))
    },
  )

  it('asks the metadata server that the environment names, and keeps what it says', async () => {
    const service = await imitate({ access_token: 's', expires_in: 3600, token_type: 'Bearer' })
    const credentials = googleArtifactRegistry({ env: { GCE_METADATA_HOST: service.host } })
    for (let round = 0; round < 2; round++)
      expect(await credentials({ host: 'gcr.io' })).toEqual(basic('oauth2accesstoken', 's'))
    expect(service.asked.map(({ method, url, headers }) => [method, url, headers['metadata-flavor']])).toEqual([
      ['GET', '/computeMetadata/v1/instance/service-accounts/default/token', 'Google'],
    ])
  })
})

describe('Azure Container Registry', () => {
  it('exchanges a token of Entra ID at the registry for an identity token', async () => {
    const service = await imitate({ access_token: 'access', refresh_token: 'refresh' })
    const credentials = azureContainerRegistry({ env: azure, fetch: service.fetch })
    expect(await credentials({ host: 'acme1.azurecr.io' })).toEqual({ kind: 'identity', token: 'refresh' })
    expect(service.asked.map(({ method, url, body }) => [method, url, body])).toEqual([
      [
        'POST',
        'https://login.microsoftonline.com/tenant/oauth2/v2.0/token',
        'grant_type=client_credentials&client_id=client&client_secret=CANARY-key&scope=https%3A%2F%2Fcontainerregistry.azure.net%2F.default',
      ],
      [
        'POST',
        'https://acme1.azurecr.io/oauth2/exchange',
        'grant_type=access_token&service=acme1.azurecr.io&tenant=tenant&access_token=access',
      ],
    ])
  })
})
