import { createHash } from 'node:crypto'

import type { KubernetesObject } from '../kubernetes/objects.ts'
import { DATA, NAMES, PORT, REGISTRY_LABELS, SELECTOR, SETTINGS_FOLDER, USER } from './registry-names.ts'
import type { GivenSettings, RegistryRequest } from './registry-request.ts'
import { PASSWORDS_FOLDER, registrySettings, SERVE_SCRIPT, SETTINGS_FILE } from './registry-settings.ts'

/** Restarts the pod when what it reads at its start has changed. */
const SETTINGS_SUM = 'hybrid-kubernetes-build.io/settings'

/** Layers are written to the volume as they come: memory does not grow with them. */
const RESOURCES = { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '256Mi' } } as const

/** Pod Security's level restricted, for a container of ours. */
export const RESTRICTED = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
} as const

export const RESTRICTED_POD = {
  runAsNonRoot: true,
  runAsUser: USER,
  runAsGroup: USER,
  seccompProfile: { type: 'RuntimeDefault' },
} as const

/** On the namespace: what was said of the installation. */
const SAID = 'hybrid-kubernetes-build.io/registry'

/**
 * The objects of an installation, in the order in which they are created; without the credentials.
 * `said` is what the request was made of, for the next installation.
 */
export function registryObjects(request: RegistryRequest, said: GivenSettings): readonly KubernetesObject[] {
  return [
    registryNamespace(request, said),
    quota(request),
    settings(request),
    ...(request.storage.kind === 'claim' ? [claim(request)] : []),
    service(request),
    deployment(request),
    ...readers(request),
  ]
}

/** A proxy on the nodes' own network is what only the level privileged allows. */
function registryNamespace({ namespace, ways }: RegistryRequest, said: GivenSettings): KubernetesObject {
  const level = ways.includes('host-proxy') ? 'privileged' : 'restricted'
  const labels = { ...REGISTRY_LABELS, 'pod-security.kubernetes.io/enforce': level }
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace, labels, annotations: { [SAID]: JSON.stringify(said) } },
  }
}

/** What the namespace of an installation says that it was told. */
export function settingsIn({ metadata }: KubernetesObject): GivenSettings {
  try {
    // Written by us; who can change it can change the installation as well.
    return JSON.parse(metadata.annotations?.[SAID] ?? '{}') as GivenSettings
  } catch {
    return {}
  }
}

export function metadataOf(namespace: string, name: string) {
  return { name, namespace, labels: REGISTRY_LABELS }
}

function quota({ namespace, storage }: RegistryRequest): KubernetesObject {
  const isClaim = storage.kind === 'claim'
  return {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: metadataOf(namespace, NAMES.quota),
    spec: {
      hard: {
        persistentvolumeclaims: isClaim ? '1' : '0',
        'requests.storage': isClaim ? storage.size : '0',
        'services.nodeports': '1',
      },
    },
  }
}

function settings({ namespace, hasCredentials }: RegistryRequest): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadataOf(namespace, NAMES.settings),
    data: { [SETTINGS_FILE]: registrySettings(hasCredentials) },
  }
}

function claim({ namespace, storage }: RegistryRequest): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: metadataOf(namespace, NAMES.registry),
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: storage.size } },
      ...(storage.storageClass === undefined ? {} : { storageClassName: storage.storageClass }),
    },
  }
}

function service({ namespace, nodePort }: RegistryRequest): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadataOf(namespace, NAMES.registry),
    spec: {
      type: 'NodePort',
      selector: SELECTOR,
      ports: [{ name: 'registry', port: PORT, targetPort: 'registry', protocol: 'TCP', nodePort }],
    },
  }
}

function deployment(request: RegistryRequest): KubernetesObject {
  const { namespace, hasCredentials } = request
  const sum = createHash('sha256').update(SERVE_SCRIPT).update(registrySettings(hasCredentials))
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadataOf(namespace, NAMES.registry),
    spec: {
      replicas: 1,
      // Two at once would write to one volume, and one of the two might collect garbage.
      strategy: { type: 'Recreate' },
      revisionHistoryLimit: 1,
      selector: { matchLabels: SELECTOR },
      template: {
        metadata: {
          labels: REGISTRY_LABELS,
          annotations: { [SETTINGS_SUM]: sum.digest('hex').slice(0, 16) },
        },
        spec: podSpec(request),
      },
    },
  }
}

function podSpec(request: RegistryRequest): Readonly<Record<string, unknown>> {
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 30,
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    securityContext: { ...RESTRICTED_POD, fsGroup: USER, fsGroupChangePolicy: 'OnRootMismatch' },
    containers: [container(request)],
    volumes: volumes(request),
  }
}

function container({ image, storage, hasCredentials }: RegistryRequest): Readonly<Record<string, unknown>> {
  // The address that answers without a password, and says 503 when the volume cannot be used.
  const health = { httpGet: { path: '/', port: 'registry' } }
  const disk = storage.kind === 'ephemeral' ? { 'ephemeral-storage': storage.size } : {}
  return {
    name: 'registry',
    image,
    imagePullPolicy: 'IfNotPresent',
    command: ['sh', '-c', SERVE_SCRIPT],
    // It would look for somebody who collects traces.
    env: [{ name: 'OTEL_TRACES_EXPORTER', value: 'none' }],
    ports: [{ name: 'registry', containerPort: PORT, protocol: 'TCP' }],
    resources: { requests: RESOURCES.requests, limits: { ...RESOURCES.limits, ...disk } },
    securityContext: RESTRICTED,
    // While garbage is collected it does not answer, for half an hour at most.
    startupProbe: { ...health, periodSeconds: 1, failureThreshold: 1800 },
    readinessProbe: { ...health, periodSeconds: 2 },
    livenessProbe: { ...health, periodSeconds: 30, failureThreshold: 60 },
    volumeMounts: [
      { name: 'data', mountPath: DATA },
      { name: 'settings', mountPath: SETTINGS_FOLDER, readOnly: true },
      ...(hasCredentials ? [{ name: 'credentials', mountPath: PASSWORDS_FOLDER, readOnly: true }] : []),
    ],
  }
}

function volumes({ storage, hasCredentials }: RegistryRequest): readonly object[] {
  return [
    storage.kind === 'claim'
      ? { name: 'data', persistentVolumeClaim: { claimName: NAMES.registry } }
      : { name: 'data', emptyDir: { sizeLimit: storage.size } },
    { name: 'settings', configMap: { name: NAMES.settings } },
    ...(hasCredentials
      ? [
          {
            name: 'credentials',
            secret: { secretName: NAMES.credentials, items: [{ key: 'htpasswd', path: 'htpasswd' }] },
          },
        ]
      : []),
  ]
}

/**
 * How the registry is reached is no secret: who builds must be able to read it, and to ask it through
 * the API server whether it has an image. No further right is needed. Where it has credentials, that
 * way leads nowhere: the API server passes none on.
 */
function readers({ namespace }: RegistryRequest): readonly KubernetesObject[] {
  const group = 'rbac.authorization.k8s.io'
  const metadata = metadataOf(namespace, NAMES.installation)
  return [
    {
      apiVersion: `${group}/v1`,
      kind: 'Role',
      metadata,
      rules: [
        { apiGroups: [''], resources: ['configmaps'], resourceNames: [NAMES.installation], verbs: ['get'] },
        {
          apiGroups: [''],
          resources: ['services/proxy'],
          resourceNames: [`${NAMES.registry}:${PORT}`],
          verbs: ['get'],
        },
      ],
    },
    {
      apiVersion: `${group}/v1`,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: group, kind: 'Role', name: NAMES.installation },
      subjects: [{ apiGroup: group, kind: 'Group', name: 'system:authenticated' }],
    },
  ]
}
