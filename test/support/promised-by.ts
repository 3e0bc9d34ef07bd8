/** What an example says it prints: comments behind a `console.log`, and those alone on the lines after one. */
export function promisedBy(code: string): readonly string[] {
  const promised: string[] = []
  let after = false
  for (const line of code.split('\n')) {
    const beside = /console\.log\(.*\) *\/\/ (.*)/.exec(line)?.[1]
    const alone: string | undefined = after ? /^\/\/ (.*)/.exec(line)?.[1] : undefined
    const said = beside ?? alone
    if (said !== undefined) promised.push(said)
    after = alone !== undefined || (beside === undefined && line.includes('console.log('))
  }
  return promised
}
