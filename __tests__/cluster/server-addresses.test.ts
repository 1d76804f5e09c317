import type { Api } from '../../src/cluster/api.ts'
import { ApiError } from '../../src/cluster/api-error.ts'
import { serverAddresses } from '../../src/cluster/server-addresses.ts'

const OWN = '/api'
const SERVICE = '/api/v1/namespaces/default/services/kubernetes'
const SLICES = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices'

/** An API that has these answers, and refuses all else. */
function apiOf(server: string, answers: Readonly<Record<string, unknown>>): Api {
  const not = (): never => {
    throw new Error('not asked here')
  }
  return {
    server,
    call: ({ path }) =>
      path in answers
        ? Promise.resolve({ body: answers[path], date: undefined, warnings: [] })
        : Promise.reject(new ApiError({ status: 403, body: {} })),
    pass: () => {
      throw new Error('not asked in these tests')
    },
    stream: not,
    attach: not,
    exec: not,
  }
}

const resolve = (host: string): Promise<readonly string[]> =>
  host === 'api.example' ? Promise.resolve(['192.0.2.1', '2001:db8::1']) : Promise.reject(new Error('none'))

const ask = (server: string, answers: Readonly<Record<string, unknown>> = {}) =>
  serverAddresses(apiOf(server, answers), new AbortController().signal, resolve)

test('it is where the runner finds it, and that is all who may read nothing knows', async () => {
  expect(await ask('192.0.2.7:6443')).toEqual([{ address: '192.0.2.7', port: 6443 }])
  expect(await ask('[2001:db8::7]')).toEqual([{ address: '2001:db8::7', port: 443 }])
  expect(await ask('api.example')).toEqual([
    { address: '192.0.2.1', port: 443 },
    { address: '2001:db8::1', port: 443 },
  ])
  expect(await ask('nowhere.example:6443')).toEqual([])
})

test('it is also where it says it is, at its Service, and wherever that leads; each once', async () => {
  const addresses = await ask('192.0.2.7:6443', {
    [OWN]: { serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '10.0.0.2:6443' }] },
    [SERVICE]: { spec: { clusterIPs: ['10.96.0.1', 'fd00::1'], ports: [{ port: 443 }] } },
    [SLICES]: {
      items: [
        {
          endpoints: [{ addresses: ['10.0.0.2'] }, { addresses: ['10.0.0.3'] }],
          ports: [{ port: 6443 }],
        },
      ],
    },
  })
  expect(addresses).toEqual([
    { address: '192.0.2.7', port: 6443 },
    { address: '10.0.0.2', port: 6443 },
    { address: '10.96.0.1', port: 443 },
    { address: 'fd00::1', port: 443 },
    { address: '10.0.0.3', port: 6443 },
  ])
})

test.each([
  null,
  'text',
  {},
  { items: [{}] },
  { spec: {} },
  { serverAddressByClientCIDRs: [{ serverAddress: 'x y' }] },
])('an answer like %j tells nothing', async (answer) => {
  const answers = { [OWN]: answer, [SERVICE]: answer, [SLICES]: answer }
  expect(await ask('192.0.2.7', answers)).toEqual([{ address: '192.0.2.7', port: 443 }])
})
