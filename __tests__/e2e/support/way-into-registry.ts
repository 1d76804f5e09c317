import { apply, cluster, eventually, get } from './cluster.ts'

/**
 * A Service of the namespace that leads to the cluster's registry, and nowhere else, with its pod:
 * host:port by which pods reach it. This machine does not know the name.
 */
export async function wayIntoRegistry(namespace: string): Promise<string> {
  const [host = '', port = '80'] = (cluster.registry.split('/')[0] ?? '').split(':')
  const labels = { app: 'registry' }
  apply(
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'registry', namespace, labels },
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [
          {
            name: 'way',
            image: `${cluster.registry}/library/busybox`,
            command: ['nc', '-ll', '-p', '5000', '-e', 'nc', host, port],
            readinessProbe: { tcpSocket: { port: 5000 }, periodSeconds: 1 },
          },
        ],
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'registry', namespace },
      spec: { selector: labels, ports: [{ port: 5000 }] },
    },
  )
  await eventually('the registry has a pod', 60, () => hasEndpoint(namespace))
  return `registry.${namespace}.svc.cluster.local:5000`
}

function hasEndpoint(namespace: string): boolean {
  const { items } = get('endpointslices', '-n', namespace, '-l', 'kubernetes.io/service-name=registry') as {
    readonly items: readonly {
      readonly endpoints?: readonly { readonly conditions?: { readonly ready?: boolean } }[] | null
    }[]
  }
  return items.some(
    ({ endpoints }) => endpoints?.some(({ conditions }) => conditions?.ready === true) === true,
  )
}
