import { hostOf, proxyFor, secretsOfProxy, UnusableProxy } from '../../src/proxy/proxy-for.ts'

const PROXY = 'http://proxy.acme.example:3128'
const through = (target: string, NO_PROXY: string): boolean =>
  proxyFor(new URL(target), { HTTPS_PROXY: PROXY, HTTP_PROXY: PROXY, NO_PROXY }) !== undefined

/** As golang.org/x/net/http/httpproxy decides them, which kubectl has. */
describe('NO_PROXY', () => {
  test.each<[string, string, 'proxy' | 'direct']>([
    ['', 'https://api.acme.example', 'proxy'],
    ['*', 'https://api.acme.example', 'direct'],
    ['acme.example', 'https://acme.example', 'direct'],
    ['acme.example', 'https://api.acme.example', 'direct'],
    ['acme.example', 'https://notacme.example', 'proxy'],
    ['.acme.example', 'https://api.acme.example', 'direct'],
    ['.acme.example', 'https://acme.example', 'proxy'],
    ['*.acme.example', 'https://api.acme.example', 'direct'],
    ['*.acme.example', 'https://acme.example', 'proxy'],
    ['ACME.example', 'https://API.acme.EXAMPLE', 'direct'],
    ['acme.example:6443', 'https://api.acme.example:6443', 'direct'],
    ['acme.example:6443', 'https://api.acme.example', 'proxy'],
    ['acme.example:443', 'https://acme.example', 'direct'],
    ['acme.example:80', 'http://acme.example', 'direct'],
    [' other.example , acme.example ', 'https://acme.example', 'direct'],
    [',,', 'https://acme.example', 'proxy'],
    ['10.0.0.1', 'https://10.0.0.1:6443', 'direct'],
    ['10.0.0.1', 'https://10.0.0.10', 'proxy'],
    ['10.0.0.1:6443', 'https://10.0.0.1:6443', 'direct'],
    ['10.0.0.1:6443', 'https://10.0.0.1', 'proxy'],
    ['10.0.0.0/8', 'https://10.96.0.1', 'direct'],
    ['10.0.0.0/8', 'https://11.96.0.1', 'proxy'],
    ['10.0.0.0/99', 'https://10.96.0.1', 'proxy'],
    ['0.1', 'https://10.0.0.1', 'proxy'],
    ['fd00::/8', 'https://[fd12::1]:6443', 'direct'],
    ['fd00::1', 'https://[fd00::1]', 'direct'],
    ['[fd00::1]:6443', 'https://[fd00:0::1]:6443', 'direct'],
    ['[fd00::1]:6443', 'https://[fd00::1]', 'proxy'],
    ['', 'https://localhost:6443', 'direct'],
    ['', 'https://127.3.2.1', 'direct'],
    ['', 'https://[::1]', 'direct'],
  ])('«%s» with %s: %s', (noProxy, target, way) => {
    expect(through(target, noProxy) ? 'proxy' : 'direct').toBe(way)
  })
})

describe('the proxy', () => {
  const found = (target: string, environment: Readonly<Record<string, string>>): string | undefined => {
    const proxy = proxyFor(new URL(target), environment)
    return proxy && `${proxy.from} ${proxy.url.href}`
  }

  test.each<[string, Readonly<Record<string, string>>, string, string | undefined]>([
    ['there is none', {}, 'https://a', undefined],
    ['of the other protocol does not count', { HTTP_PROXY: 'http://p' }, 'https://a', undefined],
    ['is named in capitals', { HTTPS_PROXY: 'http://p:1' }, 'https://a', '$HTTPS_PROXY http://p:1/'],
    ['is named in small letters', { https_proxy: 'http://p' }, 'https://a', '$https_proxy http://p/'],
    ['is empty in capitals', { HTTP_PROXY: '', http_proxy: 'http://p' }, 'http://a', '$http_proxy http://p/'],
    ['has no protocol', { HTTPS_PROXY: 'p:3128' }, 'https://a', '$HTTPS_PROXY http://p:3128/'],
    ['is one of TLS', { HTTPS_PROXY: 'https://p' }, 'https://a', '$HTTPS_PROXY https://p/'],
    ['is one of SOCKS', { HTTPS_PROXY: 'socks5://p:1080' }, 'https://a', '$HTTPS_PROXY socks5://p:1080'],
    ['is excepted in small letters', { HTTPS_PROXY: 'p:1', no_proxy: 'a' }, 'https://a', undefined],
  ])('%s', (_, environment, target, expected) => {
    expect(found(target, environment)).toBe(expected)
  })

  test.each(['ftp://ann:s3cret@p', 'http://', 'http://ann:s3cret%zz@p', 'http://ann:s3cret@p:port'])(
    'that is no address is refused without quoting it: %s',
    (value) => {
      const parse = (): unknown => proxyFor(new URL('https://a'), { HTTPS_PROXY: value })
      expect(parse).toThrow(UnusableProxy)
      expect(parse).toThrow(/^\$HTTPS_PROXY is no address of a proxy$/)
    },
  )

  test('keeps its password out of its name, and says what must be hidden', () => {
    const proxy = proxyFor(new URL('https://a'), { HTTPS_PROXY: 'http://ann:s3cret%40word@p:3128' })
    if (proxy === undefined) throw new Error('there is a proxy')
    expect(hostOf(proxy)).toBe('p:3128')
    const sent = Buffer.from('ann:s3cret@word').toString('base64')
    expect(secretsOfProxy(proxy)).toEqual(['s3cret%40word', 's3cret@word', sent])
  })
})
