#!/bin/sh
# Runs as the first process of fresh namespaces and turns them into a machine: builds its file system beside the
# host's, changes into it for good, gives up what the machine's root must not have, and becomes machine-init.sh.
# Descriptor 2 takes complaints, 3 is the way back to the engine, 4 is the machine's log. Every value comes as a variable or an argument; none is ever evaluated.
#
# MACHINE_ROOT         an empty folder of the host that the new root is mounted on
# MACHINE_DISK         the machine's own storage on the host's disk
# MACHINE_FILES        a folder whose content appears at the root, for the machine's root alone
# MACHINE_SCRIPTS      the folder of this script
# MACHINE_NAME         the host name
# MACHINE_NODE, MACHINE_AGENT, MACHINE_ATTACH, MACHINE_RUN_COMMAND, MACHINE_LINK    files of the host that appear inside
# MACHINE_PROGRAMS     a folder of programs that users of the machine find, or empty
# MACHINE_NPM          npm's own folder, or empty
# MACHINE_MEMORY_GROUP the control group that counts the machine's memory, or empty
# MACHINE_HOST_NETWORK 1 when the host's network is shared, or empty
# MACHINE_BOUNDING     the capabilities root keeps, in setpriv's words
set -eu
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
umask 022
root=$MACHINE_ROOT

# The host's /proc still answers here, so this is the process id that the engine can signal.
read -r pid _ </proc/self/stat
echo "pid $pid" >&3

mount -t tmpfs -o mode=755,nosuid,nodev,size=64m machine "$root"
cd "$root"
mkdir -p usr etc proc dev run tmp var/lib/matrx var/tmp root home/agent opt/matrx/bin opt/tools/bin opt/tools/npm .host
chmod 0700 root

# Programs come from the host, and can't be changed. A host that hasn't merged /bin into /usr shows its own.
mount -o bind,ro,nosuid,nodev /usr usr
for folder in bin sbin lib lib32 lib64 libx32; do
  if [ -L "/$folder" ]; then
    cp -P "/$folder" "$folder"
  elif [ -d "/$folder" ]; then
    mkdir "$folder"
    mount -o bind,ro,nosuid,nodev "/$folder" "$folder"
  fi
done

# Whoever checked the project out may have kept its files to themselves; users of the machine read these.
cp -R "$MACHINE_SCRIPTS/etc" .
chmod -R u=rwX,go=rX etc
# shellcheck disable=SC2153 # the engine sets it
printf '%s\n' "$MACHINE_NAME" >etc/hostname
ln -s ../usr/lib/os-release etc/os-release
for name in ssl pki crypto-policies ca-certificates alternatives ld.so.conf.d; do
  [ -d "/etc/$name" ] || continue
  mkdir "etc/$name"
  mount -o bind,ro,nosuid,nodev "/etc/$name" "etc/$name"
done
# The machine's root is the host's where the service is, and so is the owner of the host's keys.
for folder in etc/ssl/private etc/pki/*/private; do
  [ ! -d "$folder" ] || mount -t tmpfs -o ro,mode=700,nosuid,nodev,noexec,size=4k machine "$folder"
done
for name in ld.so.cache ld.so.conf ca-certificates.conf; do
  [ -f "/etc/$name" ] || continue
  : >"etc/$name"
  mount -o bind,ro,nosuid,nodev "/etc/$name" "etc/$name"
done
if [ "$MACHINE_HOST_NETWORK" ] && [ -e /etc/resolv.conf ]; then
  : >etc/resolv.conf
  mount -o bind,ro,nosuid,nodev /etc/resolv.conf etc/resolv.conf
fi

mount -t tmpfs -o mode=755,nosuid,noexec,size=64k machine dev
mkdir dev/pts dev/shm
for device in null zero full random urandom tty; do
  : >"dev/$device"
  mount -o bind,nosuid,noexec "/dev/$device" "dev/$device"
done
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5,nosuid,noexec machine dev/pts
mount -t tmpfs -o mode=1777,nosuid,nodev machine dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/0 dev/stdin
ln -s /proc/self/fd/1 dev/stdout
ln -s /proc/self/fd/2 dev/stderr
mount -o remount,bind,ro,nosuid,noexec dev

mount -t proc -o nosuid,nodev,noexec machine proc
# Names the machine, not the host: the namespace is the machine's. In a user namespace the file is closed.
{ printf '%s' "$MACHINE_NAME" >proc/sys/kernel/hostname; } 2>/dev/null || hostname "$MACHINE_NAME"
for name in sys irq bus fs sysrq-trigger; do
  [ ! -e "proc/$name" ] || mount -o bind,ro,nosuid,nodev,noexec "proc/$name" "proc/$name"
done
for name in kcore keys kallsyms kmsg timer_list sched_debug latency_stats; do
  [ ! -e "proc/$name" ] || mount -o bind,ro,nosuid,noexec /dev/null "proc/$name"
done
for name in acpi scsi; do
  [ ! -e "proc/$name" ] || mount -t tmpfs -o ro,mode=555,nosuid,nodev,noexec,size=4k machine "proc/$name"
done

# Who runs out of memory here is counted here, whatever else the host's kernel has killed. Version 1 has a tree for
# each controller.
if [ "$MACHINE_MEMORY_GROUP" ]; then
  place=sys/fs/cgroup
  [ -e "$MACHINE_MEMORY_GROUP/cgroup.controllers" ] || place=$place/memory
  mkdir -p "$place"
  mount -o bind,ro,nosuid,nodev,noexec "$MACHINE_MEMORY_GROUP" "$place"
fi

mount -t tmpfs -o mode=755,nosuid,nodev,size=16m machine run
mkdir -m 0700 run/matrx
: >run/matrx/link.sock
mount -o bind,nosuid,nodev "$MACHINE_LINK" run/matrx/link.sock

chown 1000:1000 "$MACHINE_DISK/home"
chmod 1777 "$MACHINE_DISK/tmp" "$MACHINE_DISK/var-tmp"
chmod 0700 "$MACHINE_DISK/spool"
mount -o bind,nosuid,nodev "$MACHINE_DISK/home" home/agent
mount -o bind,nosuid,nodev "$MACHINE_DISK/tmp" tmp
mount -o bind,nosuid,nodev "$MACHINE_DISK/var-tmp" var/tmp
mount -o bind,nosuid,nodev "$MACHINE_DISK/spool" var/lib/matrx

# Copied, so that a new build on the host doesn't change a machine that runs.
cp "$MACHINE_AGENT" opt/matrx/agent.cjs
cp "$MACHINE_ATTACH" opt/matrx/bin/attach
cp "$MACHINE_FILES_HELPER" opt/matrx/files-helper.cjs
cp "$MACHINE_SCRIPTS/machine-init.sh" "$MACHINE_SCRIPTS/filter-calls.pl" "$MACHINE_RUN_COMMAND" opt/matrx/bin
chmod 0444 opt/matrx/agent.cjs opt/matrx/files-helper.cjs
chmod 0555 opt/matrx/bin/*
: >opt/matrx/bin/node
mount -o bind,ro,nosuid,nodev "$MACHINE_NODE" opt/matrx/bin/node
ln -s /opt/matrx/bin/node opt/tools/bin/node
if [ "$MACHINE_PROGRAMS" ]; then
  mkdir opt/matrx/programs
  cp "$MACHINE_PROGRAMS"/* opt/matrx/programs
  chmod 0555 opt/matrx/programs/*
  for program in opt/matrx/programs/*; do
    ln -s "/$program" opt/tools/bin
  done
fi
if [ "$MACHINE_NPM" ]; then
  mount -o bind,ro,nosuid,nodev "$MACHINE_NPM" opt/tools/npm
  ln -s ../npm/bin/npm-cli.js opt/tools/bin/npm
  ln -s ../npm/bin/npx-cli.js opt/tools/bin/npx
fi

(
  umask 077
  cp -R "$MACHINE_FILES/." .
)

if [ ! "$MACHINE_HOST_NETWORK" ] && command -v ip >/dev/null; then
  ip link set lo up
fi

pivot_root . .host
cd /
umount -l .host
rmdir .host
mount -o remount,bind,ro,nosuid,nodev /

exec perl /opt/matrx/bin/filter-calls.pl setpriv --bounding-set "$MACHINE_BOUNDING" --inh-caps=-all \
  /bin/sh /opt/matrx/bin/machine-init.sh "$@" >&4 2>&1 4>&-
