#!/bin/sh
# The first process in the lab's namespaces. It makes them the lab's own and then only reaps; when it ends,
# the kernel ends every process of the lab and takes its mounts and links away.
#   init.sh NODE-ADDRESS BRIDGE-MAC STATE-FOLDER    (the lab finds its instance by this command line)
set -eu
address=$1
mac=$2
state=$3

# Private until here, so that nothing mounted below reaches the machine; shared among the lab's own.
mount --make-rshared /
mount --bind "$state/var-lib" /var/lib
mount --bind "$state/var-log" /var/log
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/lock /run/hybrid-lab/sysctl /run/hybrid-lab/proc /run/hybrid-lab/processes

# The kubelet sets these for the whole machine. It leaves alone what has the wanted value already: it is shown
# files of the lab's own in their place.
claim() {
  [ -e "/proc/sys/$1" ] || return 0
  shown="/run/hybrid-lab/sysctl/$(echo "$1" | tr / .)"
  echo "$2" >"$shown"
  mount --bind "$shown" "/proc/sys/$1"
}
# A pod in a user namespace may mount /proc only where one is wholly visible, and the files above cover some.
mount -t proc proc /run/hybrid-lab/proc
claim vm/overcommit_memory 1
claim vm/panic_on_oom 0
claim kernel/panic 10
claim kernel/panic_on_oops 1
claim kernel/keys/root_maxkeys 1000000
claim kernel/keys/root_maxbytes 25000000

ip link set lo up
echo 1 >/proc/sys/net/ipv4/ip_forward
ip link add lab0 address "$mac" type bridge
ip address add "$address/24" dev lab0
ip link set lab0 up
# Where a node has a default route, its own processes reach Services by it.
ip route add "${address%.*.*}.0.0/16" dev lab0

touch /run/hybrid-lab/ready
sleep infinity &
wait
