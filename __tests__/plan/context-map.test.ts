import { MAX_CONTEXT_BYTES } from '../../src/plan/context-map.ts'
import { ownedBy, planBuild } from '../../src/plan/plan-build.ts'
import { archiveOf, groundsOf, planOf } from './given.ts'
import { containing, including } from '../request/given.ts'

const TAGS = { tags: 'ghcr.io/acme/app:1' }

test('holds the archive, for good', () => {
  const { contextMap } = planOf(TAGS)
  expect(contextMap).toMatchObject({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    immutable: true,
    binaryData: { 'context.tar.gz': 'BwcH' },
  })
})

test('holds an archive of exactly the limit, whole', () => {
  const { contextMap } = planOf(TAGS, { archive: archiveOf(MAX_CONTEXT_BYTES) })
  const { 'context.tar.gz': encoded } = contextMap['binaryData'] as Readonly<Record<string, string>>
  expect(Buffer.from(encoded ?? '', 'base64').byteLength).toBe(921_600)
})

test('one byte more is a failure with size, limit and cures', () => {
  const grounds = groundsOf({ ...TAGS, context: 'services/a' }, { archive: archiveOf(MAX_CONTEXT_BYTES + 1) })
  expect(planBuild(grounds)).toEqual({
    kind: 'failure',
    failure: {
      code: 'context-too-large',
      headline:
        'The build context "services/a" is too large: 901 KiB compressed, at most 900 KiB can be sent.',
      details: ['2 files with 1 KiB before compression; 1 left out by the ignore file'],
      cures: including(containing('.dockerignore')),
    },
  })
})

test('belongs to its Job once that exists, without holding up the Job’s deletion', () => {
  const { contextMap } = planOf(TAGS)
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
