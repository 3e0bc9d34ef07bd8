/** The first descriptor that systemd hands over (sd_listen_fds(3)). */
const firstDescriptor = 3

/**
 * The listening sockets that systemd's socket activation hands to this process: descriptors, by `LISTEN_PID` and
 * `LISTEN_FDS`. None where those are for another process.
 *
 * @param options.env default `process.env`
 * @param options.pid default this process's
 */
export function inheritedSocketsFromEnv({
  env = process.env,
  pid = process.pid,
}: {
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  readonly pid?: number | undefined
} = {}): readonly number[] {
  const [count, owner] = [env['LISTEN_FDS'] ?? '', env['LISTEN_PID'] ?? '']
  if (!/^[1-9][0-9]{0,2}$/.test(count) || owner !== String(pid)) return []
  return Array.from({ length: Number(count) }, (_, at) => firstDescriptor + at)
}
