import { join } from 'node:path'
import { keyPair } from '../certificates.ts'
import { partKubeconfig } from '../kubeconfig.ts'
import { listens } from '../processes.ts'
import type { Component } from '../processes.ts'
import type { Cluster } from './cluster.ts'
import { configure } from './configuration.ts'

const KUBELET_PORT = 10250

/** Runs the pods that are given to the one node. */
export function kubelet(cluster: Cluster): Component {
  const { lab, addresses, programs } = cluster
  const configuration = join(lab.configuration, 'kubelet.json')
  configure(configuration, JSON.stringify(kubeletConfiguration(cluster), null, 2))
  return {
    name: 'kubelet',
    command: [
      ...[programs.kubernetes, 'kubelet', `--config=${configuration}`],
      ...[`--kubeconfig=${partKubeconfig(lab, 'kubelet')}`, `--hostname-override=${lab.name}`],
      ...[`--node-ip=${addresses.node}`, '--root-dir=/var/lib/kubelet'],
    ],
    ready: (running) => listens(running, KUBELET_PORT),
  }
}

function kubeletConfiguration({ lab, addresses }: Cluster): unknown {
  const serving = keyPair(lab, 'kubelet')
  const resolvConf = join(lab.configuration, 'resolv.conf')
  configure(resolvConf, `nameserver ${addresses.node}\n`)
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: addresses.node,
    port: KUBELET_PORT,
    tlsCertFile: serving.certificate,
    tlsPrivateKeyFile: serving.key,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: keyPair(lab, 'cluster-authority').certificate },
    },
    authorization: { mode: 'Webhook' },
    containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${lab.controlGroup}`,
    failCgroupV1: false,
    failSwapOn: false,
    // The lab may use what the machine has: nothing is set aside, nobody is evicted for a full disk.
    enforceNodeAllocatable: [],
    evictionHard: { 'memory.available': '50Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    // Without CAP_SYS_RESOURCE the score cannot be lowered.
    oomScoreAdj: 0,
    maxPods: 110,
    clusterDNS: [addresses.node],
    clusterDomain: 'cluster.local',
    resolvConf,
    serializeImagePulls: false,
    registryPullQPS: 0,
    eventRecordQPS: 0,
    nodeStatusUpdateFrequency: '2s',
    volumePluginDir: '/var/lib/kubelet/volume-plugins',
    staticPodPath: '',
  }
}
