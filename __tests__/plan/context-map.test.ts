import { MAX_CONTEXT_BYTES } from '../../src/plan/context-map.ts'
import { laterAttempt, ownedBy } from '../../src/plan/plan-build.ts'
import { archiveOf, argsOf, contextMapOf, planOf, streamedArchive } from './given.ts'

const TAGS = { tags: 'ghcr.io/acme/app:1' }

test('holds the archive, for good', () => {
  const contextMap = contextMapOf(planOf(TAGS))
  expect(contextMap).toMatchObject({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    immutable: true,
    binaryData: { 'context.tar.gz': 'BwcH' },
  })
})

test('holds an archive of exactly the limit, whole', () => {
  const contextMap = contextMapOf(planOf(TAGS, { context: archiveOf(MAX_CONTEXT_BYTES) }))
  const { 'context.tar.gz': encoded } = contextMap['binaryData'] as Readonly<Record<string, string>>
  expect(Buffer.from(encoded ?? '', 'base64').byteLength).toBe(921_600)
})

test('belongs to its Job once that exists, without holding up the Job’s deletion', () => {
  const contextMap = contextMapOf(planOf(TAGS))
  const owned = ownedBy(contextMap, { name: 'app-ab12c', uid: 'u-1' })
  expect(owned.metadata.ownerReferences).toEqual([
    { apiVersion: 'batch/v1', kind: 'Job', name: 'app-ab12c', uid: 'u-1' },
  ])
  expect({ ...owned, metadata: { ...owned.metadata, ownerReferences: undefined } }).toEqual({
    ...contextMap,
    metadata: { ...contextMap.metadata, ownerReferences: undefined },
  })
  expect(contextMap.metadata).not.toHaveProperty('ownerReferences')
})

test('is not made for a context that is streamed', () => {
  expect(planOf(TAGS, { context: streamedArchive() }).contextMap).toBeUndefined()
})

describe('beside a context that is streamed', () => {
  const certificates = new Map([['registry.example', 'PEM 1']])
  const plan = planOf(TAGS, { context: streamedArchive(), certificates })
  const volume = (name: string) => [
    {
      name: 'certificates',
      configMap: { name, items: [{ key: 'authority-1.pem', path: 'authority-1.pem' }] },
    },
  ]

  test('holds certificates alone, and nothing else is mounted', () => {
    const contextMap = contextMapOf(plan)
    expect(contextMap).toMatchObject({ immutable: true, data: { 'authority-1.pem': 'PEM 1' } })
    expect(contextMap).not.toHaveProperty('binaryData')
    expect(plan.job).toMatchObject({
      spec: {
        template: {
          spec: {
            volumes: volume(contextMap.metadata.name),
            containers: [{ stdin: true, volumeMounts: [{ mountPath: '/kaniko/certificates' }] }],
          },
        },
      },
    })
    expect(argsOf(plan)).toContain(
      '--registry-certificate=registry.example=/kaniko/certificates/authority-1.pem',
    )
  })

  test('has another name in a later attempt, whose pod mounts that one', () => {
    const later = laterAttempt(plan, 2)
    expect(contextMapOf(later)).toMatchObject({
      metadata: { name: 'app-context-2-ab12c' },
      data: { 'authority-1.pem': 'PEM 1' },
    })
    expect(later.job).toMatchObject({
      spec: { template: { spec: { volumes: volume('app-context-2-ab12c') } } },
    })
  })
})
