import type { IdMap } from '@lading/rootfs'
import { Command, InvalidArgumentError, Option } from 'commander'
import { examples, type Attach } from './define.ts'
import { addNetworkOptions, platformOption, progressOption, somePath } from './options.ts'

export function unpackCommand(attach: Attach): Command {
  const command = new Command('unpack')
    .summary('write the files of an image to a directory')
    .description(
      'Write the root filesystem of an image to a directory, which appears when it is complete and verified. An image that is not in the store is pulled first.',
    )
    .argument('<image>', 'NAME, NAME:TAG, NAME@DIGEST or an image ID; a bare name means the tag latest')
    .argument('<directory>', 'the directory to make; it must not exist, or be empty', somePath)
    .addOption(platformOption('which platform of a multi-platform image'))
    .option('--bundle', 'make a bundle for runc run: the files in rootfs, with a config.json beside it')
    .option('--rootless', 'run without root: the files belong to you, and their owners in the image are recorded')
    .option('--overwrite', 'replace a directory that lading unpack made earlier, as a whole')
    .addOption(idMapOption('--uid-map <map>', 'users'))
    .addOption(idMapOption('--gid-map <map>', 'groups'))
    .option('--devices', 'make device files, which needs root; otherwise they are only recorded')
    .option('-q, --quiet', 'print only the directory; overrides --progress')
    .addOption(progressOption())
    .addHelpText(
      'after',
      examples(
        ['sudo lading unpack alpine ./rootfs', 'as root, with the owners in the image'],
        ['lading unpack --rootless alpine ./rootfs', 'as an ordinary user'],
        ['lading unpack --rootless --bundle alpine ./box && runc run -b ./box box', 'and run it'],
        ['lading unpack --rootless --platform linux/arm64 ghcr.io/acme/app:1.4 ./arm', 'for another machine'],
        ['lading unpack --rootless --overwrite alpine:edge ./rootfs', 'replace it by another image'],
      ),
    )
  addNetworkOptions(command)
  attach(command, async () => (await import('../actions/unpack.ts')).unpack)
  return command
}

const idMapOption = (flags: string, what: string): Option =>
  new Option(
    flags,
    `CONTAINER:HOST:SIZE: ${what} of the image from CONTAINER on become those of this machine from HOST on (repeatable)`,
  ).argParser((value, before?: readonly IdMap[]) => [...(before ?? []), parseIdMap(value)])

const most = 2 ** 32

function parseIdMap(text: string): IdMap {
  const [, ...numbers] = /^([0-9]{1,10}):([0-9]{1,10})(?::([0-9]{1,10}))?$/.exec(text) ?? []
  const [container, host, size] = [Number(numbers[0]), Number(numbers[1]), Number(numbers[2] ?? 1)]
  if (!(size >= 1 && container + size <= most && host + size <= most))
    throw new InvalidArgumentError('It must be CONTAINER:HOST:SIZE, such as 0:100000:65536.')
  return { container, host, size }
}
