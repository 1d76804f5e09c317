import type { KubernetesObject, ObjectMeta } from '../../src/kubernetes/objects.ts'
import { strayObjects } from './stray-objects.ts'

const EXPIRY = { 'hybrid-kubernetes-build.io/expires-at': '2026-11-23T20:00:00Z' }
const ENDS = { activeDeadlineSeconds: 60, ttlSecondsAfterFinished: 0 }

function object(kind: string, metadata: Partial<ObjectMeta> = {}, spec?: object): KubernetesObject {
  const name = metadata.name ?? kind.toLowerCase()
  return { apiVersion: 'v1', kind, metadata: { name, uid: `uid of ${name}`, ...metadata }, spec }
}

const namespace = (annotations: Readonly<Record<string, string>> = EXPIRY): KubernetesObject =>
  object('Namespace', { name: 'own', annotations })
const job = (spec: object = ENDS, name = 'job', where = 'ci'): KubernetesObject =>
  object('Job', { name, namespace: where }, spec)
const owned = (kind: string, name = 'job', where = 'ci'): KubernetesObject =>
  object(kind, {
    namespace: where,
    ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name, uid: `uid of ${name}` }],
  })

describe('objects that nobody would ever remove', () => {
  test.each<[string, readonly KubernetesObject[]]>([
    ['nothing', []],
    ['a namespace that expires', [namespace()]],
    ['what is in it', [namespace(), object('ServiceAccount', { namespace: 'own' })]],
    ['a Job with deadline and time to live', [job()]],
    ['what belongs to it', [job(), owned('ConfigMap'), owned('Secret'), owned('Pod')]],
  ])('are not: %s', (_, objects) => {
    expect(strayObjects(objects)).toEqual([])
  })

  test.each<[string, readonly KubernetesObject[], string]>([
    ['a namespace without expiry', [namespace({})], 'Namespace own: has no expiry'],
    [
      'an expiry that is no time',
      [namespace({ 'hybrid-kubernetes-build.io/expires-at': 'soon' })],
      'Namespace own: has the expiry «soon»',
    ],
    [
      'what is in such a namespace',
      [object('Secret', { namespace: 'own' }), namespace({})],
      'Secret secret: has no expiry',
    ],
    ['no deadline', [job({ ttlSecondsAfterFinished: 1 })], 'Job job: has no deadline'],
    ['no time to live', [job({ activeDeadlineSeconds: 1 })], 'Job job: has no time to live'],
    [
      'times that are texts',
      [job({ ...ENDS, ttlSecondsAfterFinished: '1' })],
      'Job job: has no time to live',
    ],
    ['a Job that is suspended', [job({ ...ENDS, suspend: true })], 'Job job: is suspended'],
    [
      'a Job without end in a namespace that expires',
      [namespace(), job({}, 'job', 'own')],
      'Job job: has no deadline',
    ],
    [
      'what has no owner in a given namespace',
      [job(), object('ConfigMap', { namespace: 'ci' })],
      'ConfigMap configmap: has no owner, and its namespace is not the build’s',
    ],
    ['an owner that is not there', [owned('Secret')], 'Secret secret: its Job job is not there'],
    [
      'an owner in another namespace',
      [job(), owned('Secret', 'job', 'elsewhere')],
      'Secret secret: its Job job is not there',
    ],
    ['an owner that stays itself', [job({}), owned('Secret')], 'Secret secret: its Job job has no deadline'],
  ])('are: %s', (_, objects, line) => {
    expect(strayObjects(objects)).toContain(line)
  })
})
