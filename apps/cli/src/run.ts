import { CommanderError, type Command } from 'commander'
import { commandNamed } from './command-named.ts'
import type { CommandContext } from './context.ts'
import { exitCodes, type ExitCode } from './exit-codes.ts'
import { createProgram } from './program.ts'

/** With `--help`, too, a command that does not exist is an error that suggests one. */
function wordsFor(program: Command, argv: readonly string[]): readonly string[] {
  // As docker has it. Behind a command it is the command's own.
  if (argv.length === 1 && argv[0] === '-v') return ['--version']
  const words: string[] = []
  for (let at: Command | undefined = program; at !== undefined && at.commands.length > 0;) {
    const rest = argv.slice(words.length === 0 ? 0 : argv.indexOf(words.at(-1) ?? '') + 1)
    const named = commandNamed(rest, program.options)
    if (named === undefined) return argv
    words.push(named)
    at = at.commands.find((each) => each.name() === named || each.aliases().includes(named))
    if (at === undefined) return words
  }
  return argv
}

/** Does what the words say and tells what the process should exit with. Errors are reported, never thrown. */
export async function run(words: readonly string[], context: CommandContext): Promise<ExitCode> {
  const argv = inOurWords(words)
  let exitCode: ExitCode = exitCodes.ok
  try {
    const program = createProgram(argv, context, (code) => (exitCode = code))
    await program.parseAsync(wordsFor(program, argv), { from: 'user' })
    return exitCode
  } catch (error) {
    // Help or the version has been printed.
    return error instanceof CommanderError ? exitCodes.ok : context.report(error)
  }
}

/** docker's spelling of what has another one here. */
function inOurWords(words: readonly string[]): readonly string[] {
  const at = words.indexOf('manifest')
  // An image that is called `inspect` is the only word behind it.
  return at >= 0 && words[at + 1] === 'inspect' && words.length > at + 2 ? words.toSpliced(at + 1, 1) : words
}
