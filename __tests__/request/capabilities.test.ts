import { BASELINE_CAPABILITIES } from '../../src/request/capabilities.ts'
import { containing, problemsOf, requestOf } from './given.ts'

const TAGS = { tags: 'ghcr.io/acme/app:1' }

test('capabilities are a list, each once', () => {
  expect(requestOf({ ...TAGS, capabilities: 'MKNOD, SETPCAP\n# why\nMKNOD' }).pod.capabilities).toEqual([
    'MKNOD',
    'SETPCAP',
  ])
  expect(requestOf(TAGS).pod.capabilities).toEqual([])
})

test.each(['SYS_ADMIN', 'NET_RAW', 'ALL', 'mknod', 'CAP_MKNOD', 'toString'])(
  '%s is refused, and those that can be added are named',
  (name) => {
    expect(problemsOf({ ...TAGS, capabilities: `CHOWN,${name}` })).toEqual([
      { input: 'capabilities', value: name, problem: containing(BASELINE_CAPABILITIES.join(', ')) },
    ])
  },
)

test('to BuildKit they mean nothing', () => {
  const request = requestOf({
    ...TAGS,
    builder: 'buildkit',
    'allow-privileged': 'true',
    capabilities: 'MKNOD',
  })
  expect(request.notices).toContainEqual(containing('capabilities: how Kaniko works'))
})
