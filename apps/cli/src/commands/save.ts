import { Command, Option } from 'commander'
import { examples, type Attach } from './define.ts'
import { addRegistryOptions, repeatable, somePath } from './options.ts'

export function saveCommand(attach: Attach): Command {
  const command = new Command('save')
    .summary('write images to an archive')
    .description(
      'Write images to one tar archive, for docker load, podman load, ctr image import or skopeo: to standard output, or to a file that is there only when it is whole. The same images give the same bytes.',
    )
    .argument('<image...>', 'NAME, NAME:TAG, NAME@DIGEST or an image ID; a bare name means the tag latest')
    .addOption(new Option('-o, --output <file>', 'write it there, and not to standard output').argParser(somePath))
    .addOption(
      new Option(
        '--format <format>',
        'both: an OCI image layout that has the manifest.json of docker too, which every tool reads; docker, oci: one of them',
      )
        .choices(['both', 'docker', 'oci'])
        .default('both'),
    )
    .addOption(
      repeatable(
        '--platform <platform>',
        'which images of a multi-platform one: os/arch or os/arch/variant (repeatable; default: all that are here, of which docker gets the one for this machine, or for DOCKER_DEFAULT_PLATFORM; --format docker takes one)',
      ),
    )
    .option(
      '--uncompressed',
      'layers as plain tar, for tools that read no other; each goes through a temporary file, and digests of manifests change',
    )
    .option('--from-registry', 'take the images from their registries, past the store')
    .option('-f, --force', 'write it even to a terminal')
    .addHelpText(
      'after',
      examples(
        ['lading save alpine | docker load', 'into a docker on this machine'],
        ['lading save -o images.tar alpine ghcr.io/acme/app:1.4', 'several images, what they share once'],
        ['lading save --format oci --platform linux/arm64 -o app.tar ghcr.io/acme/app:1.4', 'for another machine'],
        ['lading save --from-registry busybox | ssh box docker load', 'without a store'],
      ),
    )
  addRegistryOptions(command)
  attach(command, async () => (await import('../actions/save.ts')).save)
  return command
}
