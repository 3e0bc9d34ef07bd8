const joined = /^(?:--conditions=|-C=|--disable-warning=|--no-warnings$)/
const separate = new Set(['--conditions', '-C', '--disable-warning'])

/**
 * Of the flags this process was started with, those that decide which files are loaded and what is said about it. The rest is not
 * for a thread of ours: `--input-type` even keeps it from starting, `--import` and `--require` would run the application's set-up again.
 */
export function workerFlags(flags: readonly string[]): string[] {
  return flags.filter((flag, index) => joined.test(flag) || separate.has(flag) || separate.has(flags[index - 1] ?? ''))
}
