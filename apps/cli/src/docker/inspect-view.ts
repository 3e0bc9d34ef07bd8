import type { ImageDetails } from '@lading/store'
import { dictionary, fromJson, nilList, struct, type Dictionary, type Struct, type Value } from '../format/value.ts'

type Members = Readonly<Record<string, unknown>>

/**
 * What `docker inspect --format` sees of an image, in docker's order; beside it what `lading inspect --json` shows. Sizes are
 * those of compressed layers, for nothing else is here.
 *
 * @param config the image's configuration as JSON
 */
export function inspectView(image: ImageDetails, config: Members): Struct {
  const history = Array.isArray(config['history']) ? (config['history'] as readonly unknown[]) : []
  const last = membersOf(history.at(-1))
  return struct(
    {
      Id: image.id,
      RepoTags: image.tags,
      RepoDigests: image.digests,
      Parent: '',
      Comment: text(config['comment']) || text(last['comment']),
      Created: text(config['created']) || '0001-01-01T00:00:00Z',
      Container: text(config['container']),
      ContainerConfig: containerConfig(membersOf(config['container_config'])),
      DockerVersion: text(config['docker_version']),
      Author: text(config['author']),
      Config: imageConfig(membersOf(config['config'])),
      Architecture: text(config['architecture']),
      Variant: text(config['variant']),
      Os: text(config['os']),
      OsVersion: text(config['os.version']),
      Size: image.size,
      VirtualSize: image.size,
      GraphDriver: struct({ Data: dictionary(undefined), Name: 'lading' }),
      RootFS: struct({ Type: 'layers', Layers: image.config.rootfs.diffIds }, { omitEmpty: ['Layers'] }),
      Metadata: struct({ LastTagTime: '0001-01-01T00:00:00Z' }),
    },
    { omitEmpty: ['Container', 'Variant', 'OsVersion'], beside: ours(image) },
  )
}

function ours(image: ImageDetails): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(image).map(([name, value]) => [name, fromJson(value)] as const))
}

/** As docker has it since version 28; what it had of a container before is there to be asked for. */
function imageConfig(config: Members): Struct {
  const { fields } = containerConfig(config)
  const shown = Object.fromEntries(imageMembers.map((name) => [name, fields.get(name)] as const))
  return struct(shown, { omitEmpty: imageMembers, beside: Object.fromEntries(fields) })
}

const imageMembers = [
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
  'OnBuild',
  'Shell',
] as const

/** The type `container.Config` of docker. */
function containerConfig(config: Members): Struct {
  const flag = (name: string): boolean => config[name] === true
  return struct(
    {
      Hostname: text(config['Hostname']),
      Domainname: text(config['Domainname']),
      User: text(config['User']),
      AttachStdin: flag('AttachStdin'),
      AttachStdout: flag('AttachStdout'),
      AttachStderr: flag('AttachStderr'),
      ExposedPorts: setOf(config['ExposedPorts']),
      Tty: flag('Tty'),
      OpenStdin: flag('OpenStdin'),
      StdinOnce: flag('StdinOnce'),
      Env: texts(config['Env']),
      Cmd: texts(config['Cmd']),
      Healthcheck: healthcheck(config['Healthcheck']),
      ArgsEscaped: flag('ArgsEscaped'),
      Image: text(config['Image']),
      Volumes: setOf(config['Volumes']),
      WorkingDir: text(config['WorkingDir']),
      Entrypoint: texts(config['Entrypoint']),
      NetworkDisabled: flag('NetworkDisabled'),
      MacAddress: text(config['MacAddress']),
      OnBuild: texts(config['OnBuild']),
      Labels: labels(config['Labels']),
      StopSignal: text(config['StopSignal']),
      StopTimeout: typeof config['StopTimeout'] === 'number' ? config['StopTimeout'] : null,
      Shell: texts(config['Shell']),
    },
    {
      omitEmpty: [
        'ExposedPorts',
        'Healthcheck',
        'ArgsEscaped',
        'NetworkDisabled',
        'MacAddress',
        'StopSignal',
        'StopTimeout',
        'Shell',
      ],
    },
  )
}

const healthMembers = ['Interval', 'Timeout', 'StartPeriod', 'Retries'] as const

function healthcheck(value: unknown): Value {
  if (typeof value !== 'object' || value === null) return null
  const members = membersOf(value)
  const numbers = healthMembers.map((name) => [name, typeof members[name] === 'number' ? members[name] : 0] as const)
  return struct(
    { Test: texts(members['Test']), ...Object.fromEntries(numbers) },
    { omitEmpty: ['Test', ...healthMembers] },
  )
}

const membersOf = (value: unknown): Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : {}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** docker takes one text for a list of one. */
function texts(value: unknown): readonly Value[] {
  if (typeof value === 'string') return [value]
  return Array.isArray(value) ? value.map((each: unknown) => text(each)) : nilList
}

/** A set: docker keeps it as a map to nothing. */
const setOf = (value: unknown): Dictionary => mapOf(value, () => struct({}), struct({}))

const labels = (value: unknown): Dictionary => mapOf(value, text, '')

const mapOf = (value: unknown, of: (member: unknown) => Value, zero: Value): Dictionary =>
  dictionary(
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(value).map(([name, member]) => [name, of(member)] as const)
      : undefined,
    { zero },
  )
