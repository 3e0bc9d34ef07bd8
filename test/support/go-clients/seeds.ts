import { image, index, tar } from '@lading/test-registry'

/** What is in the registry before the first command. Layers that are not compressed have the same digest on every Node. */
export const app = image('seed/app:1')
  .layer({ 'etc/': '', 'etc/motd': 'hello\n' }, { compression: 'none' })
  .randomLayer(20_000)
  .config({ Env: ['PATH=/bin'], Cmd: ['/bin/sh'] })
  .build()

export const otherBase = image('seed/base:2')
  .layer({ 'etc/': '', 'etc/motd': 'good morning\n' }, { compression: 'none' })
  .build()

export const docker = image('seed/docker:1').mediaTypes('docker').layer({ a: 'b' }).build()

export const multi = index('seed/multi:1')
  .add(image().layer({ here: 'amd64' }))
  .add(image().platform('linux/arm64').layer({ here: 'arm64' }))
  .build()

export const seeds = [app, otherBase, docker, multi]

export const [amd64 = multi, arm64 = multi] = multi.manifests

/** Files in the directory that commands run in. */
export const files: Readonly<Record<string, Uint8Array | string>> = {
  'layer.tar': tar({ 'extra/': '', 'extra/file': 'more\n' }),
  'note.txt': 'a note\n',
  'bill.json': '{"parts":["screw"]}\n',
  'config.json': '{"of":"an artifact"}\n',
}
