import type { Buildable, BuiltImage, BuiltIndex } from './built.ts'
import { image, type ImageBuilder } from './image.ts'
import { index } from './index.ts'

const hello = (architecture: string, seed: number): ImageBuilder =>
  image()
    .platform(`linux/${architecture}`)
    .layer({
      'etc/': '',
      'etc/motd': `Hello from linux/${architecture}.\n`,
      'bin/': '',
      'bin/hello': { content: `#!/bin/sh\ncat /etc/motd\n`, mode: 0o755 },
    })
    .randomLayer(1_500_000, { seed })
    .config({ Cmd: ['/bin/hello'], Env: ['PATH=/bin'], WorkingDir: '/' })

/** Lines that compress well and are quickly made. */
const prose = (lines: number, subject: string): string => {
  const paragraph = Array.from(
    { length: 1000 },
    (_, line) => `${subject} line ${line}: the quick brown fox jumps over the lazy dog\n`,
  ).join('')
  return paragraph.repeat(Math.ceil(lines / 1000))
}

/**
 * The demo's images, the same each time, some 40 MB in all: `library/hello:latest` for three platforms, `demo/app:1.0` with six
 * layers, and `demo/app:1.1` that shares the first four of them.
 */
export function sampleImages(): readonly (Buildable<BuiltImage> | Buildable<BuiltIndex>)[] {
  const base = image('demo/app:1.0')
    .layer(
      {
        'etc/': '',
        'etc/os-release': 'NAME="Demo"\nVERSION_ID=1\n',
        'usr/': '',
        'usr/share/doc.txt': prose(60_000, 'base'),
      },
      { level: 1 },
    )
    .randomLayer(12_000_000, { seed: 11 })
    .layer({ 'usr/lib/runtime.txt': prose(40_000, 'runtime') }, { level: 1 })
    .randomLayer(8_000_000, { seed: 12 })
    .config({
      Entrypoint: ['/app/main'],
      Env: ['PATH=/usr/bin:/bin'],
      ExposedPorts: { '8080/tcp': {} },
      WorkingDir: '/app',
      Labels: { 'org.opencontainers.image.title': 'demo app' },
    })
  const application = (version: string, seed: number): ImageBuilder =>
    base.randomLayer(6_000_000, { seed }).layer({
      'app/': '',
      'app/version': `${version}\n`,
      'app/main': { content: '#!/bin/sh\necho demo\n', mode: 0o755 },
    })
  return [
    index('library/hello:latest').add(hello('amd64', 1)).add(hello('arm64', 2)).add(hello('arm/v7', 3)),
    application('1.0', 20),
    retagged(application('1.1', 21).build(), '1.1'),
  ]
}

const retagged = (built: BuiltImage, tag: string): Buildable<BuiltImage> => ({ build: () => ({ ...built, tag }) })
