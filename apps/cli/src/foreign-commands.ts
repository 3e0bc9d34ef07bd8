import { CliError } from './cli-error.ts'

const groups: readonly (readonly [commands: string, message: string, hint: string])[] = [
  [
    'run create start stop restart kill exec ps rm attach logs wait pause unpause rename update port top stats container compose commit checkpoint',
    'lading runs no containers',
    'lading unpack --bundle IMAGE DIR writes what runc run takes; lading rmi removes an image',
  ],
  [
    'build builder buildx import',
    'lading builds no images',
    'build it elsewhere (docker, buildah, umoci): lading load brings an archive here, lading copy an OCI layout',
  ],
  [
    'search',
    'lading searches no registry',
    'lading tags REPOSITORY lists the tags of one repository, lading catalog HOST the repositories of a registry',
  ],
  [
    'volume network swarm node service stack secret plugin context events trust scout daemon',
    'lading has no daemon, and nothing that only a daemon has',
    'lading --help lists what there is',
  ],
]

/** What to say to who types one of docker's commands that lading has no counterpart of; `undefined`: it is none of them. */
export function foreignCommand(name: string): CliError | undefined {
  const [, message, hint] = groups.find(([commands]) => commands.split(' ').includes(name)) ?? []
  return message === undefined
    ? undefined
    : new CliError('USAGE', `${message}: there is no command '${name}'`, { hint })
}
