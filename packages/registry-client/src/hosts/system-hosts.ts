import { homeDirectory, pathsOf } from '@lading/home'
import { printable } from '@lading/errors'
import { RegistryError } from '../errors/registry-error.ts'
import { configDirectoryFromEnv } from './config-directory.ts'
import { assertDirectory } from './read-file.ts'
import { readHosts, type FileHosts, type HostsPlaces, type ReadHostsOptions } from './read-hosts.ts'

export interface SystemHostsOptions extends ReadHostsOptions {
  /** Default: the process's own. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  /** Directories of `<host>/hosts.toml` that go before those of the machine, and are read with `LADING_HOSTS=off` too. Each must be there. */
  readonly hostsDirs?: readonly string[] | undefined
}

/**
 * Reads the files of this machine and user, wherever containerd, docker and the containers tools look for them.
 * `LADING_HOSTS=off`: none of them; `user`: those below the home directory; `system`, as without it: all. `undefined`:
 * there is nothing to read.
 *
 * @throws HostsError; RegistryError `OPTION_INVALID` for another value; the signal's reason
 */
export async function systemHosts({
  env = process.env,
  hostsDirs = [],
  signal,
  onWarning,
}: SystemHostsOptions = {}): Promise<FileHosts | undefined> {
  const places = hostsPlacesFromEnv({ env })
  await Promise.all(hostsDirs.map((directory) => assertDirectory(directory, { signal })))
  if (Object.keys(places).length === 0 && hostsDirs.length === 0) return undefined
  return readHosts({ ...places, hostsDirs: [...hostsDirs, ...(places.hostsDirs ?? [])] }, { signal, onWarning })
}

type Env = Readonly<Record<string, string | undefined>>

/**
 * The places of this machine and user, by `LADING_HOSTS`, `HOME`, `XDG_CONFIG_HOME`, `CONTAINERS_REGISTRIES_CONF` and, on
 * Windows, `USERPROFILE` and `ProgramData`. Nothing is read.
 *
 * @throws RegistryError `OPTION_INVALID`
 */
export function hostsPlacesFromEnv({
  env = process.env,
  platform = process.platform,
}: { readonly env?: Env | undefined; readonly platform?: NodeJS.Platform | undefined } = {}): HostsPlaces {
  const which = env['LADING_HOSTS'] || 'system'
  if (which === 'off') return {}
  if (which !== 'user' && which !== 'system')
    throw new RegistryError('OPTION_INVALID', `LADING_HOSTS is "${printable(which, 60)}"`, {
      hint: 'use off, user or system',
    })
  const system = which === 'system'
  const { join } = pathsOf(platform)
  const home = homeDirectory(env, { platform })
  // The containers tools and docker look in ~/.config alone.
  const ours = join(configDirectoryFromEnv({ env, platform }), 'certs.d')
  const user = (...path: readonly string[]): string => join(home, '.config', ...path)
  // Where Docker Desktop keeps the daemon's, whatever DOCKER_CONFIG says of the client's.
  const desktop = (name: string): string => join(home, '.docker', name)
  const etc = (path: string): readonly string[] => (system ? [`/etc/${path}`] : [])
  const chosen = env['CONTAINERS_REGISTRIES_CONF'] || env['REGISTRIES_CONFIG_PATH']
  if (platform === 'win32') {
    // containerd itself names no place; nerdctl and the nodes of Kubernetes services keep it here.
    const data = (...path: readonly string[]): readonly string[] =>
      system ? [join(env['ProgramData'] || 'C:\\ProgramData', ...path)] : []
    return {
      hostsDirs: [ours, ...data('containerd', 'certs.d')],
      registriesConf: [chosen || user('containers', 'registries.conf')],
      registriesConfDirs: [user('containers', 'registries.conf.d')],
      daemonJson: [desktop('daemon.json'), ...data('docker', 'config', 'daemon.json')],
      certsDirs: [user('containers', 'certs.d'), desktop('certs.d'), ...data('docker', 'certs.d')],
    }
  }
  return {
    hostsDirs: [ours, user('containerd', 'certs.d'), ...etc('containerd/certs.d')],
    registriesConf: chosen ? [chosen] : [user('containers', 'registries.conf'), ...etc('containers/registries.conf')],
    registriesConfDirs: [...etc('containers/registries.conf.d'), user('containers', 'registries.conf.d')],
    daemonJson: [user('docker', 'daemon.json'), desktop('daemon.json'), ...etc('docker/daemon.json')],
    certsDirs: [
      user('containers', 'certs.d'),
      user('docker', 'certs.d'),
      desktop('certs.d'),
      ...etc('containers/certs.d'),
      ...etc('docker/certs.d'),
    ],
  }
}
