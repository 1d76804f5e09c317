import { ports } from '../addresses.ts'
import { listens } from '../processes.ts'
import type { Component } from '../processes.ts'
import type { Cluster } from './cluster.ts'

/** The cluster's store. It is new at each start, so nothing is lost by not syncing it to disk. */
export function etcd({ programs }: Cluster): Component {
  const client = `http://127.0.0.1:${String(ports.etcd)}`
  const peer = `http://127.0.0.1:${String(ports.etcdPeers)}`
  return {
    name: 'etcd',
    command: [
      ...[programs.kubernetes, 'etcd', '--name=lab', '--data-dir=/var/lib/etcd', '--unsafe-no-fsync'],
      ...[`--listen-client-urls=${client}`, `--advertise-client-urls=${client}`],
      ...[
        `--listen-peer-urls=${peer}`,
        `--initial-advertise-peer-urls=${peer}`,
        `--initial-cluster=lab=${peer}`,
      ],
    ],
    ready: (running) => listens(running, ports.etcd),
  }
}
