import type { CredentialSource } from '../source/create-source.ts'
import { askService, type ServiceRequest } from './ask-service.ts'
import type { CloudOptions } from './cloud-options.ts'
import { createCloudSource, noToken } from './create-cloud-source.ts'

interface Keys {
  readonly tenant: string
  readonly client: string
  readonly secret: string
}

const registryHost = /^[a-z0-9]{5,50}(?:-[a-z0-9]+)?\.azurecr\.(?:io|cn|us)$/
const cloud = 'Azure'

/**
 * Azure Container Registry: `AZURE_TENANT_ID`, `AZURE_CLIENT_ID` and `AZURE_CLIENT_SECRET` get a token of Entra ID
 * (`AZURE_AUTHORITY_HOST`, default login.microsoftonline.com), which the registry's own `/oauth2/exchange` turns into an
 * identity token.
 *
 * The source throws CredentialError `CLOUD_REFUSED` or `CLOUD_UNREACHABLE`.
 */
export function azureContainerRegistry(options: CloudOptions = {}): CredentialSource {
  return createCloudSource<string, Keys>(
    {
      name: cloud,
      registry: (host) => (registryHost.test(host) ? host : undefined),
      keys({ AZURE_TENANT_ID: tenant, AZURE_CLIENT_ID: client, AZURE_CLIENT_SECRET: secret }) {
        return tenant && client && secret ? { place: 'AZURE_CLIENT_ID', keys: { tenant, client, secret } } : undefined
      },
      wanted: 'AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET',
      async fetchToken(registry, { tenant, client, secret }, { env, ...how }) {
        const authority = new URL(
          `/${encodeURIComponent(tenant)}/oauth2/v2.0/token`,
          env['AZURE_AUTHORITY_HOST'] || 'https://login.microsoftonline.com',
        )
        const login = await askService(
          cloud,
          form(authority, {
            grant_type: 'client_credentials',
            client_id: client,
            client_secret: secret,
            scope: 'https://containerregistry.azure.net/.default',
          }),
          how,
        )
        const access = login.text('access_token') ?? noToken(cloud, authority.host)
        const exchange = await askService(
          cloud,
          form(new URL(`https://${registry}/oauth2/exchange`), {
            grant_type: 'access_token',
            service: registry,
            tenant,
            access_token: access,
          }),
          how,
        )
        return { credential: { kind: 'identity', token: exchange.text('refresh_token') ?? noToken(cloud, registry) } }
      },
    },
    options,
  )
}

const form = (url: URL, fields: Readonly<Record<string, string>>): ServiceRequest => ({
  method: 'POST',
  url,
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams(fields).toString(),
})
