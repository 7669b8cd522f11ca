#!/usr/bin/env bash
# slurm.sh FOLDER SCRIPT: runs a bash script as a user of a Slurm of two nodes, n1 and n2, which this machine plays.
#
# The Slurm is Debian's, with its keys, state, configuration and logs in FOLDER, and as root. It lives in namespaces of its own:
# its ports, its host names and its shared memory are nobody else's, and with this script ends every process of it, whatever
# ends the script. Needs root and the packages slurmctld, slurmd, slurm-client, munge and iproute2.
set -euo pipefail

if [[ ${3:-} != inside ]]; then
  exec unshare --mount --uts --net --pid --fork --kill-child --mount-proc "$0" "$1" "$2" inside
fi
folder=$1
script=$2
mkdir -p "$folder"/{state,spool,munge,n1,n2}

hostname controller
# Names are looked up only where there is an address that is not of 127.0.0.0/8.
ip link set lo up
ip address add 10.77.0.1/32 dev lo
printf '%s\n' '127.0.0.1 localhost' '10.77.0.1 controller n1 n2' >"$folder/hosts"
mount --bind "$folder/hosts" /etc/hosts

chmod 700 "$folder/munge"
(umask 077 && head -c 1024 /dev/urandom >"$folder/munge/key")
# /var/log and /run may be another's: munged does not like what others can write to, unless it is forced.
munged --foreground --force --key-file="$folder/munge/key" --seed-file="$folder/munge/seed" \
  --socket="$folder/munge/socket" --pid-file="$folder/munge/pid" --log-file="$folder/munge/log" &>"$folder/munge/output" &

# A job that is queued again waits for as long as its credentials last, which is two minutes elsewhere.
cat >"$folder/slurm.conf" <<END
ClusterName=played
SlurmctldHost=controller
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket,cred_expire=5
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool/%n
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd-%n.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd-%n.log
TmpFS=$folder/%n
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_interval=1,bf_interval=1
PreemptMode=REQUEUE
PreemptType=preempt/partition_prio
MailProg=/bin/true
ReturnToService=2
NodeName=n1 NodeAddr=n1 Port=6821 CPUs=$(nproc)
NodeName=n2 NodeAddr=n2 Port=6822 CPUs=$(nproc)
PartitionName=all Nodes=n1,n2 Default=YES PriorityTier=1 GraceTime=20 State=UP
PartitionName=urgent Nodes=n1,n2 PriorityTier=2 State=UP
END
export SLURM_CONF=$folder/slurm.conf
until [[ -S $folder/munge/socket ]]; do sleep 0.05; done
slurmctld -D -f "$SLURM_CONF" &>"$folder/slurmctld.output" &
for node in n1 n2; do
  # shellcheck disable=SC2016
  unshare --mount --uts bash -c 'hostname "$1"; mount -t tmpfs tmpfs /dev/shm; exec slurmd -D -N "$1" -f "$SLURM_CONF"' \
    - "$node" &>"$folder/slurmd-$node.output" &
done
# Open MPI passes over the loopback interface, which is all that there is between these nodes.
export OMPI_MCA_btl_tcp_if_include=lo OMPI_MCA_oob_tcp_if_include=lo OMPI_MCA_mpi_yield_when_idle=1
for ((tries = 0; ; tries++)); do
  if [[ $(sinfo -h -t idle -p all -o %D 2>/dev/null) == 2 ]]; then break; fi
  if ((tries == 300)); then
    echo "slurm.sh: the Slurm in $folder has not come up:" >&2
    tail -n 20 "$folder"/*.log "$folder"/*.output >&2
    exit 69
  fi
  sleep 0.1
done
bash -c "$script"
