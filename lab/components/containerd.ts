import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { insidePath } from '../namespaces.ts'
import type { Component } from '../processes.ts'
import type { Cluster } from './cluster.ts'
import { configure } from './configuration.ts'
import { plainAddress, registryCertificate, secureAddress } from './registries.ts'

const SOCKET = '/run/containerd/containerd.sock'

/** The image that holds a pod's namespaces open. */
export const pauseImage = 'pause.lab/pause:1'

/** The container runtime. */
export function containerd(cluster: Cluster): Component {
  const { lab, programs } = cluster
  writeHosts(cluster)
  writeNetwork(cluster)
  const configuration = join(lab.configuration, 'containerd.toml')
  configure(configuration, containerdConfiguration(cluster))
  return {
    name: 'containerd',
    command: [programs.containerd, '--config', configuration],
    ready: ({ init }) => existsSync(insidePath(init, SOCKET)),
  }
}

/** A ctr command for the namespace in which the kubelet sees images. */
export function ctr(cluster: Cluster, ...args: readonly string[]): readonly string[] {
  return [cluster.programs.ctr, '--address', SOCKET, '--namespace', 'k8s.io', ...args]
}

function containerdConfiguration({ lab, programs }: Cluster): string {
  return `version = 3
root = "/var/lib/containerd"
state = "/run/containerd"
# They would make folders in /opt.
disabled_plugins = ["io.containerd.nri.v1.nri", "io.containerd.internal.v1.opt"]

[grpc]
address = "${SOCKET}"

[plugins."io.containerd.cri.v1.runtime"]
# A score below the caller's needs CAP_SYS_RESOURCE, which a virtual machine or a container may lack.
restrict_oom_score_adj = true
# Its profile would be loaded into the machine's kernel and stay there.
disable_apparmor = true

[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
BinaryName = "${programs.runc}"
SystemdCgroup = false

[plugins."io.containerd.cri.v1.runtime".cni]
bin_dirs = ["/usr/lib/cni"]
conf_dir = "${join(lab.configuration, 'network')}"

[plugins."io.containerd.cri.v1.images".pinned_images]
sandbox = "${pauseImage}"

[plugins."io.containerd.cri.v1.images".registry]
config_path = "${join(lab.configuration, 'hosts')}"
`
}

/** How the node pulls: by HTTP from the plain registry, by the lab's authority from the secure one. */
function writeHosts({ lab, addresses }: Cluster): void {
  const plain = `http://${plainAddress(addresses)}`
  const secure = `https://${secureAddress(addresses)}`
  const hosts: Readonly<Record<string, string>> = {
    [plainAddress(addresses)]: `server = "${plain}"\n`,
    [secureAddress(addresses)]: `server = "${secure}"\nca = "${registryCertificate(lab)}"\n`,
    // «image: busybox» in a pod means the lab's.
    'docker.io': `server = "${plain}"\n`,
  }
  const folder = join(lab.configuration, 'hosts')
  for (const [host, content] of Object.entries(hosts)) {
    configure(join(folder, host, 'hosts.toml'), content)
  }
}

/** Pods are on the lab's bridge. There is no way out of the lab, so nothing is masqueraded. */
function writeNetwork({ lab, addresses }: Cluster): void {
  const folder = join(lab.configuration, 'network')
  const [first = '', last = ''] = ['10', '250'].map((host) => addresses.node.replace(/\d+$/, host))
  const range = { subnet: addresses.pods, rangeStart: first, rangeEnd: last, gateway: addresses.node }
  const bridge = {
    type: 'bridge',
    bridge: 'lab0',
    isGateway: false,
    ipMasq: false,
    hairpinMode: true,
    ipam: { type: 'host-local', dataDir: '/run/cni', ranges: [[range]], routes: [{ dst: '0.0.0.0/0' }] },
  }
  const portmap = { type: 'portmap', capabilities: { portMappings: true } }
  const list = { cniVersion: '1.0.0', name: 'lab', plugins: [bridge, portmap] }
  configure(join(folder, '10-lab.conflist'), JSON.stringify(list, null, 2))
}
