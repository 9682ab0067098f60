# shellcheck disable=SC2016
# Tries the ways out of a machine that plain programs offer, and prints of each whether it is open.
try() {
  if bash -c "$2" >/dev/null 2>&1; then echo "$1 open"; else echo "$1 closed"; fi
}

try mount 'mkdir -p /tmp/here && mount -t tmpfs none /tmp/here'
try bind-mount 'mkdir -p /tmp/here && mount --bind / /tmp/here'
try remount 'mount -o remount,rw,bind /proc/sys'
try unmask 'umount /proc/kcore'
try mknod-disk 'mknod /tmp/disk b 8 0'
try mknod-memory 'mknod /tmp/memory c 1 1'
try chroot 'chroot / true'
try hostname 'hostname stolen'
try enter-namespaces 'nsenter --target 1 --mount --pid --uts true'
try new-mounts 'unshare --mount true'
try new-network 'unshare --net true'
try kernel-memory '[ -n "$(head -c 1 /proc/kcore)" ]'
try kernel-log '[ -n "$(timeout 1 head -c 1 /dev/kmsg)$(head -c 1 /proc/kmsg)" ]'
try memory-device 'head -c 1 /dev/mem'
try disks 'ls /dev | grep -E "^(sd|vd|xvd|nvme|dm-|loop|kvm|fuse)"'
try core-pattern 'cat /proc/sys/kernel/core_pattern >/proc/sys/kernel/core_pattern'
try sysctl 'cat /proc/sys/vm/overcommit_memory >/proc/sys/vm/overcommit_memory'
try sysrq 'printf "" >/proc/sysrq-trigger'
try uevent-helper 'printf "" >/sys/kernel/uevent_helper'
try own-limits '
  for file in $(find /sys/fs/cgroup -name "*.max" -o -name "*limit_in_bytes" -o -name release_agent -o -name cgroup.procs 2>/dev/null); do
    cat "$file" >"$file" && exit 0
  done; exit 1'
try new-control-group 'for folder in /sys/fs/cgroup /sys/fs/cgroup/*/; do mkdir "$folder/escape" && exit 0; done; exit 1'
try docker-socket 'ls /run/docker.sock /var/run/docker.sock /run/containerd/containerd.sock | grep .'
try host-service '[ -n "$HOST_PORT" ] && exec 3<>"/dev/tcp/127.0.0.1/$HOST_PORT"'
try metadata 'timeout 2 bash -c "exec 3<>/dev/tcp/169.254.169.254/80"'
try task-credentials 'timeout 2 bash -c "exec 3<>/dev/tcp/169.254.170.2/80"'
try host-process 'kill -0 "$HOST_PID"'
try host-folder 'ls -d "$HOST_FOLDER" "/proc/1/root$HOST_FOLDER" "/proc/self/cwd$HOST_FOLDER" | grep .'
try abstract-sockets '/opt/matrx/bin/node -e "
  let left = 2;
  for (const name of process.argv.slice(1)) {
    require(\"node:net\").connect(\"\\0\" + name)
      .on(\"connect\", () => process.exit(0)).on(\"error\", () => --left || process.exit(1));
  }" "$HOST_ABSTRACT" "$OTHER_ABSTRACT"'
try other-process 'cat /proc/[0-9]*/cmdline | tr "\0" " " | grep -a "other machin[e]"'
try other-files 'ls /tmp/of-the-other /var/tmp/of-the-other /dev/shm/of-the-other | grep .'
try other-service 'exec 3<>/dev/tcp/127.0.0.1/7777'
try shared-memory 'perl -e "defined shmget(0x6d7478, 0, 0) or exit 1"'

# What only the machine's root may do inside, and its user may not.
try root-environment 'tr "\0" "\n" </proc/1/environ | grep .'
try root-memory 'head -c 1 /proc/1/mem || [ -r /proc/1/maps -a -n "$(cat /proc/1/maps)" ]'
try root-descriptors 'ls /proc/1/fd | grep .'
try kill-root 'kill -0 1'
try link 'ls /run/matrx/link.sock'
try spool 'ls /var/lib/matrx'
try become-root 'su root -c true </dev/null || setpriv --reuid 0 true || setpriv --clear-groups true'
try agent-file 'printf "" >>/opt/matrx/agent.cjs || printf "" >>/opt/matrx/bin/attach'
try link-from-own-root 'unshare --user --map-root-user --mount ls /run/matrx/link.sock'
try spool-from-own-root 'unshare --user --map-root-user --mount ls /var/lib/matrx'
try proc-from-own-root 'unshare --user --map-root-user --mount --pid --fork mount -t proc none /proc'
try device-from-own-root 'unshare --user --map-root-user --mount mknod /tmp/null c 1 3'
