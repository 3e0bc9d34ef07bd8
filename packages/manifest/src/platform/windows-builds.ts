// Windows Server LTSC releases from which process isolation is compatible with older releases: 2022, 2025.
const longTermReleases = [20348, 26100]

/**
 * Whether a Windows host runs an image, by the builds in their `os.version` (`10.0.20348.2113`). Hosts older than
 * Server 2022 need the very same build; newer ones run any from the nearest older LTSC release up to their own.
 * A version that does not say a build restricts nothing.
 */
export function windowsRuns(host: string, image: string): boolean {
  const [own, other] = [buildOf(host), buildOf(image)]
  if (own === undefined || other === undefined || own === other) return true
  const oldest = longTermReleases.findLast((release) => release < own)
  return oldest !== undefined && oldest <= other && other <= own
}

export function sameWindowsBuild(host: string, image: string): boolean {
  return buildOf(host) === buildOf(image)
}

function buildOf(version: string): number | undefined {
  const match = /^[0-9]{1,9}\.[0-9]{1,9}\.([0-9]{1,9})(?:\.|$)/.exec(version)
  return match?.[1] === undefined ? undefined : Number(match[1])
}
