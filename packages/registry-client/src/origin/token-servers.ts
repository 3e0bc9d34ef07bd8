interface TokenServer {
  readonly registry: string
  readonly realm: string
  /** A page of whoever operates both, which names the token server's host as theirs. */
  readonly source: string
}

const scaleway = ['fr-par', 'nl-ams', 'pl-waw']
// Those of the operator's list of regions, each with a registry and a token server of its own.
const alibaba = [
  'cn-hangzhou',
  'cn-shanghai',
  'cn-beijing',
  'cn-shenzhen',
  'cn-qingdao',
  'cn-zhangjiakou',
  'cn-huhehaote',
  'cn-chengdu',
  'cn-hongkong',
  'ap-northeast-1',
  'ap-southeast-1',
  'eu-central-1',
  'us-east-1',
  'us-west-1',
]

/**
 * Token servers on another host than their registry, of the same operator: they see its credentials without being
 * allowed by anybody. Exact hosts, none of them in a domain where customers choose names, and both over https.
 */
export const tokenServers: readonly TokenServer[] = [
  {
    registry: 'registry-1.docker.io',
    realm: 'auth.docker.io',
    source: 'https://docs.docker.com/reference/api/registry/auth',
  },
  {
    registry: 'registry.gitlab.com',
    realm: 'gitlab.com',
    source: 'https://docs.gitlab.com/administration/packages/container_registry/',
  },
  {
    registry: 'registry.digitalocean.com',
    realm: 'api.digitalocean.com',
    source: 'https://docs.digitalocean.com/reference/api/reference/container-registry/',
  },
  {
    registry: 'docker.elastic.co',
    realm: 'docker-auth.elastic.co',
    source: 'https://github.com/elastic/eui/blob/main/scripts/docker-ci/README.md',
  },
  ...scaleway.map((region) => ({
    registry: `rg.${region}.scw.cloud`,
    realm: 'api.scaleway.com',
    source: 'https://www.scaleway.com/en/developers/api/container-registry/',
  })),
  ...alibaba.map((region) => ({
    registry: `registry.${region}.aliyuncs.com`,
    realm: `dockerauth.${region}.aliyuncs.com`,
    source: 'https://www.alibabacloud.com/blog/reverse-proxy-to-access-alibaba-cloud-container-registry_597957',
  })),
]
