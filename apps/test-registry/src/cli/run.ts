import { isLadingError } from '@lading/errors'

/** Sets the exit code: 0, 1 for what went wrong, 2 for arguments that make no sense. */
export async function run(args: readonly string[]): Promise<void> {
  const { createProgram, isUsageError } = await import('./program.ts')
  try {
    await createProgram().parseAsync([...args], { from: 'user' })
  } catch (error) {
    // Commander has printed its own message by now; help and version end here too, with 0.
    if (isUsageError(error)) {
      process.exitCode = error.exitCode === 0 ? 0 : 2
      return
    }
    const message = error instanceof Error ? error.message : String(error)
    process.stderr.write(
      `lading-test-registry: ${message}\n${isLadingError(error) && error.hint !== undefined ? `  ${error.hint}\n` : ''}`,
    )
    process.exitCode = 1
  }
}
