import type { Feature } from './rights.ts'

/** What most builds in a namespace that exists make use of: the narrowest of the example roles. */
export const GIVEN_NAMESPACE: readonly Feature[] = ['build', 'config-map', 'secrets', 'diagnosis']

/** The same for builds in namespaces of their own. */
export const OWN_NAMESPACES: readonly Feature[] = [
  'own-namespaces',
  'network-policy',
  ...GIVEN_NAMESPACE,
  'streaming',
  'sweep',
  'nodes',
]
