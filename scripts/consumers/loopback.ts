// Preloaded beside an example (`node --import`): whatever host it speaks to is the registry on loopback. The example stays as it is.
import net from 'node:net'

interface Options {
  host?: string | undefined
  port?: number | string | undefined
  lookup?: unknown
}

const port = Number(process.env['LADING_LOOPBACK'])
const { connect } = net.Socket.prototype

net.Socket.prototype.connect = function (this: net.Socket, ...given: unknown[]) {
  const [first] = given
  const options = (Array.isArray(first) ? first[0] : first) as Options
  if (options.host !== undefined && options.host !== '127.0.0.1') {
    options.host = '127.0.0.1'
    options.port = port
    delete options.lookup
  }
  return Reflect.apply(connect, this, given) as net.Socket
}
