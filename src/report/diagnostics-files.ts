import { dump } from 'js-yaml'
import type { BuildSnapshot } from '../cluster/cluster-session.ts'

/** Text by file name: what the cluster knew of a failed build, as YAML. What it did not know has no file. */
export function diagnosticsFiles({ pod, job, events }: BuildSnapshot): ReadonlyMap<string, string> {
  // In lists the API server leaves out what kind of object each is.
  const files: readonly (readonly [string, object | undefined])[] = [
    ['pod.yaml', pod && { apiVersion: 'v1', kind: 'Pod', ...pod }],
    ['job.yaml', job && { apiVersion: 'batch/v1', kind: 'Job', ...job }],
    [
      'events.yaml',
      events.length === 0
        ? undefined
        : {
            apiVersion: 'v1',
            kind: 'List',
            items: events.map((event) => ({ apiVersion: 'v1', kind: 'Event', ...event })),
          },
    ],
  ]
  return new Map(
    files.flatMap(([name, object]) => (object === undefined ? [] : [[name, yaml(object)] as const])),
  )
}

function yaml(object: object): string {
  return `# As the cluster had it after the build had failed; what may be secret is redacted.\n${dump(object, { lineWidth: -1, noRefs: true, skipInvalid: true })}`
}
