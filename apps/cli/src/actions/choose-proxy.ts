import {
  chainProxies,
  dockerDaemonFromEnv,
  parseProxy,
  proxyForAll,
  proxyFromDockerConfig,
  proxyFromEnv,
  type ExplainedProxyPolicy,
} from '@lading/registry-client'
import type { CommandContext } from '../context.ts'

/**
 * `--proxy URL` is for every host, loopback too; `--proxy none` for no host; without it the environment decides, and
 * where that says nothing, docker's `config.json`.
 */
export async function chooseProxy(
  option: string | undefined,
  { environment, signal }: Pick<CommandContext, 'environment' | 'signal'>,
): Promise<ExplainedProxyPolicy> {
  if (option === 'none') return proxyForAll(undefined, '--proxy none')
  if (option !== undefined) return proxyForAll(parseProxy(option, '--proxy'), '--proxy')
  const env = environment.variables
  const { readDockerConfig } = await import('@lading/credentials')
  const { proxies, place } = (await readDockerConfig({ env, signal })) ?? {}
  return chainProxies(
    proxyFromEnv({ env }),
    proxyFromDockerConfig(proxies, { daemon: dockerDaemonFromEnv({ env }), place }),
  )
}
