import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { missing, pathOf } from '../../test/support/real-parts.ts'
import { measure, type Measured } from '../support/measure.ts'

type Run = () => Promise<Measured>

export interface Contestant {
  /** Of what lies in the layout `oci:LAYOUT:1`; by us, of what the store has under the target's name. */
  push(layout: string, to: string): ReturnType<Run>
  copy(from: string, to: string): ReturnType<Run>
}

/** Whoever is installed here, lading first. @param lading runs our command line */
export function contestants(
  folder: string,
  lading: (...args: readonly string[]) => Promise<Measured>,
): Readonly<Record<string, Contestant>> {
  const home = join(folder, 'home')
  mkdirSync(home, { recursive: true })
  const run = (program: string, ...args: readonly string[]): Promise<Measured> =>
    measure(pathOf(program), args, { HOME: home })
  const plain = (...hosts: readonly string[]): readonly string[] =>
    [...new Set(hosts)].flatMap((host) => ['--host', `reg=${host.split('/')[0]},tls=disabled`])
  const others: Readonly<Record<string, Contestant>> = {
    crane: {
      push: (layout, to) => run('crane', 'push', '--insecure', '--index', layout, to),
      copy: (from, to) => run('crane', 'copy', '--insecure', from, to),
    },
    oras: {
      push: (layout, to) => run('oras', 'cp', '--from-oci-layout', `${layout}:1`, '--to-plain-http', to),
      copy: (from, to) => run('oras', 'cp', '--from-plain-http', from, '--to-plain-http', to),
    },
    regctl: {
      push: (layout, to) => run('regctl', ...plain(to), 'image', 'copy', `ocidir://${layout}:1`, to),
      copy: (from, to) => run('regctl', ...plain(from, to), 'image', 'copy', from, to),
    },
    skopeo: {
      push: (layout, to) => run('skopeo', ...skopeo, '--dest-tls-verify=false', `oci:${layout}:1`, `docker://${to}`),
      copy: (from, to) =>
        run(
          'skopeo',
          ...skopeo,
          '--src-tls-verify=false',
          '--dest-tls-verify=false',
          `docker://${from}`,
          `docker://${to}`,
        ),
    },
  }
  return {
    lading: {
      push: (_layout, to) => lading('push', '-q', to),
      copy: (from, to) => lading('copy', '-q', from, to),
    },
    ...Object.fromEntries(Object.entries(others).filter(([name]) => !missing(name))),
  }
}

const skopeo = ['--insecure-policy', 'copy', '-q', '--all']
