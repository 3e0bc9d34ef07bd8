import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addressClass, type AddressClass } from '../src/origin/address-class.ts'

const classOf = (host: string): AddressClass => addressClass(new URL(`http://${host}/`).hostname)

describe('the class of a host in a URL', () => {
  it.each<[AddressClass, readonly string[]]>([
    ['public', ['registry.example.com', '8.8.8.8', '172.32.0.1', '192.169.0.1', '100.128.0.1', '[2001:4860:4860::8888]', 'local.example.com', 'localhost.example.com', '[64:ff9b::808:808]', '[2002:808:808::1]', '[2001:4860::5efe:808:808]', '168.63.129.17', '192.0.1.1', 'localhost.example.com.', 'metadata.example.com']],
    ['private', ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1', '[fd12:3456::1]', '[fc00::1]', '[fec0::1]', 'registry', 'minio.local', 'host.docker.internal', 'box.lan', 'box.home.arpa', '[::ffff:10.0.0.1]', '[::ffff:a00:1]', '[64:ff9b::a00:1]', '[2002:a00:1::]', '167772161', '0xa.1', '012.0.0.1', '192.0.2.1', '198.19.0.1', '192.88.99.1', '[2001:db8::1]', '[3fff::1]', '[100::1]', '[5f00::1]', '[64:ff9b:1::808:808]', '[2001:2::1]', '[2001:4860::5efe:a00:1]', '[2001:4860::200:5efe:a00:1]', '[::ffff:0:a00:1]', 'db.corp', 'wiki.intranet', 'registry.default.svc', '１０。０。０。１', '10.0.0.1.']],
    ['loopback', ['localhost', 'LOCALHOST', 'localhost.', 'app.localhost', '127.0.0.1', '127.255.255.254', '127.1', '2130706433', '0x7f000001', '017700000001', '[::1]', '[0:0:0:0:0:0:0:1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::127.0.0.1]', '１２７.0.0.1', '%31%32%37.0.0.1', '①②⑦.0.0.1', '127。0。0。1', '127.0.0.1.', 'localhost..', '0177.0.0.1', '0x7f.1', '127.0.1', 'localhost.localdomain', 'ip6-localhost', '[2002:7f00:1::]', '[::ffff:0:127.0.0.1]']],
    ['forbidden', ['169.254.169.254', '169.254.0.1', '2852039166', '0xa9fea9fe', '[::ffff:a9fe:a9fe]', '[64:ff9b::a9fe:a9fe]', '[2002:a9fe:a9fe::]', '[fe80::1]', '[febf::1]', '[fd00:ec2::254]', '100.100.100.200', '0.0.0.0', '0', '[::]', '224.0.0.1', '255.255.255.255', '[ff02::1]', 'metadata.google.internal', 'METADATA.google.internal.', 'metadata', 'metadata.goog', 'metadata.tencentyun.com', 'instance-data.ec2.internal.', '169.254.169.254.', '0251.0376.0251.0376', '0xa9.0xfe.0xa9.0xfe', '169.16689662', '１６９.２５４.１６９.２５４', '[fd00:ec2::23]', '[fd20:ce::254]', '[fd00:42::42]', '[fd00:c1::a9fe:a9fe]', '192.0.0.192', '168.63.129.16', '[64:ff9b:1:a9fe:a9:fe00:808:808]', '[64:ff9b:1:0:a9:fea9:fe00:0]', '[2001:0:808:808:0:0:5601:5601]', '[2001:4860::5efe:a9fe:a9fe]', '[::169.254.169.254]', '[::ffff:0:a9fe:a9fe]', '[fe80::a9fe:a9fe]', '240.0.0.1']],
  ])('%s', (expected, hosts) => {
    for (const host of hosts) expect([host, classOf(host)]).toEqual([host, expected])
  })

  it('is the same for every spelling of an IPv4 address', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), (number) => {
        const parts = [number >>> 24, (number >>> 16) & 255, (number >>> 8) & 255, number & 255]
        const dotted = parts.join('.')
        const expected = classOf(dotted)
        for (const spelling of [String(number), `0x${number.toString(16)}`, parts.map((part) => `0${part.toString(8)}`).join('.'), `${parts[0]}.${number & 0xff_ffff}`, `[::ffff:${dotted}]`, `[64:ff9b::${dotted}]`]) {
          expect([spelling, classOf(spelling)]).toEqual([spelling, expected])
        }
      }),
    )
  })
})
