import { spawnSync } from 'node:child_process'
import { pathOf } from '../../test/support/real-parts.ts'

export interface Host {
  readonly address: string
  /** What stands before a command that is run there. */
  readonly enter: readonly string[]
}

/** Two hosts, and a line between them. */
export interface Hosts {
  readonly far: Host
  readonly near: Host
  close(): void
}

/** Of the line, each way. */
const rate = '100mbit'

/** @throws where the system does not let us have namespaces */
export function openHosts(): Hosts {
  const run = (command: string): void => {
    const [program = '', ...args] = command.split(' ')
    const { status, stderr } = spawnSync(pathOf(program), args, { encoding: 'utf8' })
    if (status !== 0) throw new Error(`${command}: ${stderr.trim()}`)
  }
  const ends = ['far', 'near'].map((side, at) => ({
    name: `lading-${side}-${process.pid}`,
    link: `ladv${at}-${process.pid % 1_000_000}`,
    address: `10.77.18.${at + 1}`,
  }))
  const [far, near] = ends
  if (far === undefined || near === undefined) throw new Error('there are two ends')
  const close = (): void => {
    // With a namespace its end of the line goes, and with that the other one.
    for (const { name } of ends) spawnSync(pathOf('ip'), ['netns', 'delete', name])
  }
  try {
    for (const { name } of ends) run(`ip netns add ${name}`)
    run(`ip link add ${far.link} netns ${far.name} type veth peer name ${near.link} netns ${near.name}`)
    for (const { name, link, address } of ends) {
      run(`ip -n ${name} address add ${address}/24 dev ${link}`)
      run(`ip -n ${name} link set lo up`)
      run(`ip -n ${name} link set ${link} up`)
      run(`tc -n ${name} qdisc add dev ${link} root tbf rate ${rate} burst 128kb latency 100ms`)
    }
  } catch (error) {
    close()
    throw error
  }
  const host = ({ name, address }: (typeof ends)[number]): Host => ({
    address,
    enter: [pathOf('ip'), 'netns', 'exec', name],
  })
  return { far: host(far), near: host(near), close }
}
