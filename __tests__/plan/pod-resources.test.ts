import fc from 'fast-check'
import { DEFAULT_RESOURCES, podResources } from '../../src/plan/pod-resources.ts'
import { amountOf, RESOURCES } from '../../src/request/quantity.ts'

test('a build that asks for nothing gets the defaults', () => {
  expect(podResources({})).toEqual({ resources: DEFAULT_RESOURCES, notes: [] })
})

test('what is given replaces its own default only', () => {
  expect(podResources({ limits: { memory: '4Gi', 'ephemeral-storage': '10Gi' } })).toEqual({
    resources: {
      requests: { cpu: '500m', memory: '1Gi' },
      limits: { cpu: '1000m', memory: '4Gi', 'ephemeral-storage': '10Gi' },
    },
    notes: [],
  })
})

test('a limit below the default request lowers the request, and says so', () => {
  expect(podResources({ limits: { memory: '512Mi' } })).toEqual({
    resources: {
      requests: { cpu: '500m', memory: '512Mi' },
      limits: { cpu: '1000m', memory: '512Mi' },
    },
    notes: ['resources: the request for memory was lowered from 1Gi to the limit 512Mi.'],
  })
})

test('a request above the default limit raises the limit, and says so', () => {
  expect(podResources({ requests: { cpu: '4' } })).toEqual({
    resources: { requests: { cpu: '4', memory: '1Gi' }, limits: { cpu: '4', memory: '2Gi' } },
    notes: ['resources: the limit of cpu was raised from 1000m to the request 4.'],
  })
})

test('a request is never above its limit, and the user’s values are never changed', () => {
  const quantity = fc.constantFrom('0', '1m', '250m', '1', '1000m', '2', '1Ki', '1Gi', '1500Mi', '2Gi', '64G')
  const list = fc.record(
    { cpu: quantity, memory: quantity, 'ephemeral-storage': quantity },
    { requiredKeys: [] },
  )
  const part = fc.constantFrom('requests' as const, 'limits' as const)
  fc.assert(
    fc.property(part, list, (name, given) => {
      const { resources } = podResources({ [name]: given })
      expect(resources[name]).toMatchObject(given)
      for (const resource of RESOURCES) {
        const [request, limit] = [resources.requests[resource], resources.limits[resource]]
        if (request === undefined || limit === undefined) continue
        expect(amountOf(request)).toBeLessThanOrEqual(amountOf(limit) ?? 0n)
      }
    }),
  )
})
