import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathOf } from './real-parts.ts'

/** What the conformance suite of the distribution spec says of a registry. */
export interface SuiteReport {
  readonly passed: number
  /** Each with the suite's own reason. */
  readonly failed: readonly string[]
  readonly skipped: readonly string[]
}

/**
 * Runs the suite of `opencontainers/distribution-spec` once. `directory` is empty, and takes its reports. `env`: further
 * settings, `OCI_API_PUSH` say.
 */
export async function runOfficialSuite(
  host: string,
  {
    version,
    directory,
    env = {},
  }: {
    readonly version: string
    readonly directory: string
    readonly env?: Readonly<Record<string, string>> | undefined
  },
): Promise<SuiteReport> {
  const output = await new Promise<string>((resolve) =>
    // It exits with 1 when a check failed, and the report says which.
    execFile(
      pathOf('conformance'),
      {
        cwd: directory,
        env: {
          HOME: directory,
          OCI_REGISTRY: host,
          OCI_TLS: 'disabled',
          OCI_VERSION: version,
          OCI_REPO1: 'conformance/one',
          OCI_REPO2: 'conformance/two',
          OCI_RESULTS_DIR: directory,
          ...env,
        },
        maxBuffer: 64 * 1024 * 1024,
      },
      (_, stdout, stderr) => resolve(stdout + stderr),
    ),
  )
  const report = await readFile(join(directory, 'junit.xml'), 'utf8').catch((error: unknown) => {
    throw new Error(`the suite wrote no report: ${output}`, { cause: error })
  })
  return readReport(report)
}

/** Of a junit report. What the asked version has not got is no skip: the suite says that it disabled it. */
function readReport(junit: string): SuiteReport {
  const cases = junit.split('<testcase ').slice(1).map(readCase)
  const named = (status: string): readonly string[] =>
    cases
      .filter((each) => each.status === status && !each.text.includes('is disabled in the configuration'))
      .map(({ name, reason }) => `${name}: ${reason}`)
  const passed = cases.filter(({ status }) => status === 'passed').length
  // Whatever is neither passed nor skipped counts as failed, so that no new word of the suite's slips through.
  const others = [...new Set(cases.map(({ status }) => status))].filter((each) => !['passed', 'skipped'].includes(each))
  return { passed, failed: others.flatMap(named), skipped: named('skipped') }
}

function readCase(text: string): { name: string; status: string; reason: string; text: string } {
  const attribute = (name: string): string => new RegExp(` ${name}="([^"]*)"`).exec(` ${text}`)?.[1] ?? ''
  const reason = /<system-out>(.*?)<\/system-out>/s.exec(text)?.[1] ?? ''
  return { name: attribute('name'), status: attribute('status'), reason: reason.replaceAll('&#xA;', '; '), text }
}
