import { MAX_CONTEXT_BYTES } from '../../src/plan/context-map.ts'
import { ownedBy } from '../../src/plan/plan-build.ts'
import { archiveOf, contextMapOf, planOf, streamedArchive } from './given.ts'

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
  const contextMap = contextMapOf(planOf(TAGS, { archive: archiveOf(MAX_CONTEXT_BYTES) }))
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
  expect(planOf(TAGS, { archive: streamedArchive() }).contextMap).toBeUndefined()
})
