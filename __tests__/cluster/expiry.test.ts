import { isOurs, whyKept } from '../../src/cluster/expiry.ts'

const NOW = new Date('2026-11-23T20:00:00Z')
const EXPIRES = 'hybrid-kubernetes-build.io/expires-at'
const object = (metadata: object) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'x', ...metadata },
})
const until = (expiry: string) => object({ annotations: { [EXPIRES]: expiry } })

describe('an object', () => {
  test.each([
    [{ 'app.kubernetes.io/managed-by': 'hybrid-kubernetes-build' }, true],
    [{ 'app.kubernetes.io/managed-by': 'helm' }, false],
    [{}, false],
    [undefined, false],
  ])('of the labels %j is ours: %j, whatever a server takes our selector for', (labels, expected) => {
    expect(isOurs(object({ labels }))).toBe(expected)
  })

  test.each([
    ['2026-11-23T19:59:59Z', true],
    ['2026-11-23T19:59:59.999Z', true],
    ['2026-11-23T21:59:59+02:00', true],
    ['2026-11-23T20:00:00Z', false],
    ['2026-11-23T21:00:00Z', false],
    ['2026-11-23', false],
    ['0', false],
    ['2026-13-45T99:00:00Z', false],
    ['', false],
  ])('that expires at %j has expired by eight: %j', (expiry, expected) => {
    expect(whyKept(until(expiry), NOW) === undefined).toBe(expected)
  })

  test('never expires by a clock that is not the server’s', () => {
    expect(whyKept(until('2020-01-01T00:00:00Z'), undefined)).toBe('the cluster does not say what time it is')
  })
})
