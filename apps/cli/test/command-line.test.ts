import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { exitCodes } from '../src/exit-codes.ts'
import { runHere } from './support/run-here.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

const commands = [
  'pull',
  'push',
  'copy',
  'images',
  'inspect',
  'tag',
  'rmi',
  'save',
  'load',
  'ls',
  'cat',
  'cp',
  'export',
  'unpack',
  'history',
  'diff',
  'tree',
  'check',
  'prune',
  'df',
  'image',
  'tags',
  'catalog',
  'digest',
  'manifest',
  'config',
  'blob',
  'referrers',
  'delete',
  'hosts',
  'serve',
  'pin',
  'unpin',
  'pins',
  'completion',
  'image pull',
  'image push',
  'image ls',
  'image inspect',
  'image tag',
  'image rm',
  'image save',
  'image load',
  'image history',
  'image prune',
  'system',
  'system df',
  'system prune',
  'system info',
  'version',
  'info',
]

describe('the command line', () => {
  it.each(commands)('has help with examples for %s, on stdout', async (command) => {
    const { code, stdout, stderr } = await runHere([...command.split(' '), '--help'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain(`Usage: lading ${command}`)
    expect(stdout).toContain('\nExamples:\n  $ ')
    expect(stdout).toContain('\n  --root <dir>')
    expect(stdout).toContain('\n  --debug')
  })

  it('has a heading for every kind of command, and one for what every registry takes', async () => {
    const { stdout } = await runHere(['--help'])
    expect(stdout.match(/^\S.*:$/gm)).toEqual([
      'Images:',
      'Files of an image:',
      'The store:',
      'A cache for other machines:',
      'At a registry:',
      'Other:',
      'Global options:',
      'Examples:',
    ])
    const copy = await runHere(['copy', '--help'])
    expect(copy.stdout.match(/^\S.*:$/gm)).toEqual([
      'Arguments:',
      'Options:',
      'Global options:',
      'Network options (lading help network explains them):',
      'Examples:',
    ])
    const [, options, network] =
      /\nOptions:\n(.*)\nGlobal options:\n.*\nNetwork options [^\n]*:\n(.*)\nExamples:/s.exec(copy.stdout) ?? []
    expect(options).toContain('--dry-run')
    expect(options).toContain('--help')
    const names = network?.match(/--[a-z-]+/g) ?? []
    expect(names).toHaveLength(9)
    const topic = await runHere(['help', 'network'])
    expect(topic.code).toBe(0)
    for (const name of names) expect(topic.stdout).toMatch(new RegExp(`^  ${name} <.*> +\\S`, 'm'))
    // It asks nobody.
    const hosts = (await runHere(['hosts', '--help'])).stdout
    expect(hosts).toContain('--mirror')
    expect(hosts).not.toMatch(/timeout <time>,|--limit-rate/)
  })

  it.each([
    ['pull', 'pull'],
    ['image rm', 'image rm'],
    ['image remove', 'image rm'],
    ['help', 'help'],
  ])('shows the help of %s by help, as by --help', async (words, name) => {
    const { code, stdout } = await runHere(['help', ...words.split(' ')])
    expect(code).toBe(0)
    expect(stdout).toContain(`Usage: lading ${name}`)
  })

  it('has no line of help that is wider than the screen but for the commands of examples', async () => {
    for (const command of ['', ...commands]) {
      const { stdout } = await runHere([...command.split(' ').filter(Boolean), '--help'])
      expect(stdout.split('\n').filter((line) => line.length > 80 && !line.startsWith('  $ '))).toEqual([])
    }
    expect((await runHere(['help', 'network'])).stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
  })

  it('says its version, alone or with what it runs on', async () => {
    const { stdout } = await runHere(['--version'])
    expect(stdout).toMatch(/^\d+\.\d+\.\d+.*\n$/)
    for (const flag of ['-v', '-V']) expect(await runHere([flag])).toEqual({ code: 0, stdout, stderr: '' })
    expect((await runHere(['version'])).stdout).toContain(stdout)
  })

  it('has a manual that names every command, option and exit code', async () => {
    const { code, stdout } = await runHere(['__man'])
    expect(code).toBe(0)
    // A line that begins with a dot is a request: one of these.
    expect(new Set(stdout.match(/^[.']\S*/gm))).toEqual(
      new Set(['.TH', '.SH', '.SS', '.PP', '.TP', '.B', '.RI', '.BR']),
    )
    for (const command of commands) expect(stdout).toMatch(new RegExp(`^\\.SS lading ${command}(?:\\||$| )`, 'm'))
    expect(stdout).toContain('.B \\-\\-stall\\-timeout <time>\n')
    for (const exit of Object.values(exitCodes)) expect(stdout).toContain(`.TP\n.B ${exit}\n`)
  })

  it.each([[[]], [['image']], [['help']]])('answers %j with help', async (args) => {
    const { code, stdout } = await runHere(args)
    expect(code).toBe(0)
    expect(stdout).toContain('\n  pull [options] <reference> ')
    expect(stdout).toContain('\n  help [command...] ')
  })

  it.each([
    ['imagse', "unknown command 'imagse'", 'Did you mean one of image, images?'],
    ['help pul', "unknown command 'pul'", 'Did you mean pull?'],
    ['pul --help', "unknown command 'pul'", 'Did you mean pull?'],
    ['--debug help image rn', "unknown command 'rn'", "see 'lading image --help'"],
    ['image help rn', "unknown command 'rn'", 'Did you mean rm?'],
    ['image --debug rn -h', "unknown command 'rn'", 'Did you mean rm?'],
    ['image foo', "unknown command 'foo'", "see 'lading image --help'"],
    ['pull', "missing required argument 'reference'", "see 'lading pull --help'"],
    ['pull a b', 'too many arguments', "see 'lading pull --help'"],
    ['pull --platfrom x a', "unknown option '--platfrom'", 'Did you mean --platform?'],
    ['pull --jobs 0 a', 'It must be a whole number', "see 'lading pull --help'"],
    ['pull --progress loud a', 'Allowed choices are auto, tty, plain, json', "see 'lading pull --help'"],
    ['pull --platform a/b/c/d/e a', 'a/b/c/d/e', ''],
    ['pull -a alpine:3', "tag can't be used with --all-tags/-a", 'remove the tag: lading pull -a alpine'],
    [
      `pull -a alpine@sha256:${'0'.repeat(64)}`,
      "tag can't be used with --all-tags/-a",
      'remove the tag: lading pull -a alpine',
    ],
    ['pull Alpine', 'invalid reference "Alpine"', 'write alpine'],
    ['images --filter size=1', "unknown filter 'size=1'", 'reference=PATTERN, dangling=true'],
    ['images --filter dangling=maybe', "invalid filter 'dangling=maybe'", 'true or false'],
    ['images --filter dangling=1 --filter dangling=0', 'dangling cannot be both true and false', ''],
    ['images --filter until=soon', "'soon' is not a time", '24h'],
    ['images --format {{.ID', "--format: '{{' is not closed (at offset 0)", '--json'],
    ['images --format raw', 'it is not json, table or a template', '{{.ID}}'],
    ['images --format json --json', '--format and --json cannot be used together', 'ours'],
    ['images --tree -q', '--tree and --quiet cannot be used together', ''],
    ['inspect -f {{nope}} x', "there is no function 'nope' (at offset 2)", '--json'],
    ['inspect -f table x', 'inspect has no table', 'json'],
    ['history --human=maybe x', 'It must be true or false', ''],
    ['df -v --format json', '--format and --verbose cannot be used together', ''],
    ['prune --all', '--all removes every image', '--force'],
    ['run alpine', "lading runs no containers: there is no command 'run'", 'lading unpack --bundle'],
    ['ps -a', "lading runs no containers: there is no command 'ps'", ''],
    ['build .', "lading builds no images: there is no command 'build'", 'lading load'],
    ['search alpine', 'lading searches no registry', 'lading tags'],
    ['volume ls', 'lading has no daemon', ''],
    ['images --filter reference=[', 'pattern', ''],
    ['prune --filter size=1', "unknown filter 'size=1'", 'reference=PATTERN, until=TIME'],
    ['prune --filter reference=[', 'pattern', ''],
    ['prune --filter until=soon', "'soon' is not a time", '24h'],
    ['prune --filter until=2026-13-01', "'2026-13-01' is not a time", '2026-01-31'],
    ['prune --max-size much', 'It must be a number of bytes', "see 'lading prune --help'"],
    ['inspect --platform a/b/c/d/e x', 'a/b/c/d/e', ''],
    ['unpack --uid-map 0:1 x', 'missing required argument', ''],
    ['unpack --uid-map 0 x y', 'CONTAINER:HOST:SIZE', ''],
    ['save --format zip x', 'Allowed choices are both, docker, oci', "see 'lading save --help'"],
    ['save --platform a/b/c/d/e x', 'a/b/c/d/e', ''],
    ['completion tcsh', 'Allowed choices are bash, zsh, fish', "see 'lading completion --help'"],
  ])('takes %j for a usage error: 2, one line, a hint', async (line, message, hint) => {
    const { code, stdout, stderr } = await runHere(line.split(' '))
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^lading: .*\nhint: .*\n$/)
    expect(stderr).toContain(message)
    expect(stderr).toContain(hint)
  })

  it.each([
    'pull scratch',
    'pull docker.io/library/scratch:latest',
    'push scratch',
    'copy scratch oci:a',
    'copy alpine store:scratch',
    'tag alpine scratch',
    'tag scratch alpine',
    'inspect scratch',
    'rmi scratch',
    'save scratch',
    'load --name scratch -i a.tar',
    'unpack scratch there',
    'ls scratch',
    'history scratch',
    'diff scratch alpine',
    'tags scratch',
    'digest scratch',
    'manifest scratch',
    'config scratch',
    `blob scratch@sha256:${'0'.repeat(64)}`,
    'referrers scratch',
    'delete --yes scratch:1',
    'hosts scratch',
    'pin scratch',
  ])('refuses the reserved name in %j', async (line) => {
    const { code, stdout, stderr } = await runHere(line.split(' '))
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/'scratch' is a reserved name\nhint: .*empty image/)
  })

  it('lists an empty store where there is none yet', async () => {
    expect(await runHere(['images'])).toEqual({
      code: 0,
      stdout: 'REPOSITORY   TAG   IMAGE ID   CREATED   SIZE\n',
      stderr: '',
    })
    expect(await runHere(['image', 'ls', '--json'])).toEqual({ code: 0, stdout: '[]\n', stderr: '' })
    expect(await runHere(['images', '-q'])).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(await runHere(['images', '-q', '--json'])).toEqual({ code: 0, stdout: '[]\n', stderr: '' })
  })

  it.each([
    ['inspect', 3],
    ['rmi', 3],
    ['image rm -f', 0],
  ])('tells for %s of each that is not here, and exits with %d', async (command, code) => {
    const ended = await runHere([...command.split(' '), 'one', 'two'])
    expect(ended.code).toBe(code)
    expect(ended.stderr.match(/^lading: .*$/gm)).toEqual([
      expect.stringContaining('one'),
      expect.stringContaining('two'),
    ])
  })

  it('takes --root before and after the command, before the environment', async () => {
    const file = join(await temporaryDirectory(), 'file')
    writeFileSync(file, '')
    for (const args of [
      ['--root', file, 'tag', 'a', 'b'],
      ['tag', 'a', 'b', '--root', file],
    ]) {
      const { code, stderr } = await runHere(args)
      expect(code).toBe(7)
      expect(stderr).toMatch(/^lading: .*\nhint: .*\n$/)
      expect(stderr).toContain(file)
    }
  })
})
