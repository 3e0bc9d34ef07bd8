import type { ContainerConfig, Healthcheck } from '../image-config.ts'
import { optional } from './decode-descriptor.ts'
import { knownNames } from './known-names.ts'
import { readMembers, type Members } from './members.ts'

const containerMembers = knownNames(
  'User',
  'ExposedPorts',
  'Env',
  'Entrypoint',
  'Cmd',
  'Volumes',
  'WorkingDir',
  'Labels',
  'StopSignal',
  'ArgsEscaped',
  'Healthcheck',
  'Memory',
  'MemorySwap',
  'CpuShares',
)
const healthcheckMembers = knownNames('Test', 'Interval', 'Timeout', 'StartPeriod', 'StartInterval', 'Retries')

/** The member `config` of an image's configuration (OCI image-spec, config.md, and what Docker has beside it). */
export function readContainerConfig(config: Members): ContainerConfig | undefined {
  const value = config.value('config')
  if (value === undefined) return undefined
  const members = readMembers(value, config.pathOf('config'), 'CONFIG_INVALID', containerMembers)
  return {
    ...optional('User', members.optionalText('User')),
    ...optional('ExposedPorts', members.optionalNames('ExposedPorts')),
    ...optional('Env', members.optionalTexts('Env')),
    ...optional('Entrypoint', oneOrMore(members, 'Entrypoint')),
    ...optional('Cmd', oneOrMore(members, 'Cmd')),
    ...optional('Volumes', members.optionalNames('Volumes')),
    ...optional('WorkingDir', members.optionalText('WorkingDir')),
    ...optional('Labels', members.optionalMap('Labels')),
    ...optional('StopSignal', members.optionalText('StopSignal')),
    ...optional('ArgsEscaped', members.optionalFlag('ArgsEscaped')),
    ...optional('Healthcheck', readHealthcheck(members)),
    ...optional('Memory', members.optionalInteger('Memory')),
    ...optional('MemorySwap', members.optionalInteger('MemorySwap')),
    ...optional('CpuShares', members.optionalInteger('CpuShares')),
  }
}

/** Docker has always read a single string as a list of one here. */
function oneOrMore(members: Members, name: string): readonly string[] | undefined {
  const value = members.value(name)
  return typeof value === 'string' ? [value] : members.optionalTexts(name)
}

function readHealthcheck(config: Members): Healthcheck | undefined {
  const value = config.value('Healthcheck')
  if (value === undefined) return undefined
  const members = readMembers(value, config.pathOf('Healthcheck'), 'CONFIG_INVALID', healthcheckMembers)
  return {
    ...optional('Test', members.optionalTexts('Test')),
    ...optional('Interval', members.optionalInteger('Interval')),
    ...optional('Timeout', members.optionalInteger('Timeout')),
    ...optional('StartPeriod', members.optionalInteger('StartPeriod')),
    ...optional('StartInterval', members.optionalInteger('StartInterval')),
    ...optional('Retries', members.optionalInteger('Retries')),
  }
}
