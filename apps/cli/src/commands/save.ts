import { Command, Option } from 'commander'
import { examples, type Attach } from './define.ts'
import { addNetworkOptions, flowOption, repeatable, somePath } from './options.ts'

export function saveCommand(attach: Attach): Command {
  const command = new Command('save')
    .summary('write images to an archive')
    .description(
      'Write images to one tar archive for docker load, podman load, ctr image import or skopeo: to standard output, or to a file, which appears only when it is complete. The same images always give the same bytes.',
    )
    .argument('<image...>', 'NAME, NAME:TAG, NAME@DIGEST or an image ID; a bare name means the tag latest')
    .addOption(new Option('-o, --output <file>', 'write to this file instead of standard output').argParser(somePath))
    .addOption(
      new Option(
        '--format <format>',
        'both: an OCI image layout with the manifest.json of docker, which every tool reads; docker or oci: only that one',
      )
        .choices(['both', 'docker', 'oci'])
        .default('both'),
    )
    .addOption(
      repeatable(
        '--platform <platform>',
        'which platforms of a multi-platform image: os/arch or os/arch/variant (repeatable; default: all in the store, of which docker loads the one for this machine or for DOCKER_DEFAULT_PLATFORM; --format docker takes one)',
      ),
    )
    .option(
      '--uncompressed',
      'write layers as uncompressed tar; each one needs a temporary file, and the digests of manifests change',
    )
    .option('--from-registry', 'take the images from their registries, without the store')
    .option('-f, --force', 'write to standard output even if it is a terminal')
    .option('-q, --quiet', 'show no progress; overrides --progress')
    .addOption(flowOption())
    .addHelpText(
      'after',
      examples(
        ['lading save alpine | docker load', 'into a docker on this machine'],
        ['lading save -o images.tar alpine ghcr.io/acme/app:1.4', 'several images; shared layers are written once'],
        ['lading save --format oci --platform linux/arm64 -o app.tar ghcr.io/acme/app:1.4', 'for another machine'],
        ['lading save --from-registry busybox | ssh box docker load', 'without a store'],
      ),
    )
  addNetworkOptions(command)
  attach(command, async () => (await import('../actions/save.ts')).save)
  return command
}
