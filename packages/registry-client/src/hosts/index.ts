export { HostsError, type HostsErrorCode, type Place } from './hosts-error.ts'
export { readHosts, type FileHosts, type HostsPlaces } from './read-hosts.ts'
export { hostsPlacesFromEnv, systemHosts, type SystemHostsOptions } from './system-hosts.ts'
