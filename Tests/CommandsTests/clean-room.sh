#!/usr/bin/env bash
# clean-room.sh FOLDER SCRIPT: does in FOLDER what the second stage of launch/Containerfile says, and runs a script there.
#
# A Debian that mmdebstrap makes stands for the image that the stage is made from; what the first stage installs is what
# launch/install puts there. The stage's RUN lines run in it as they are, and the script as its USER, in its WORKDIR. Needs root,
# the package mmdebstrap and some minutes.
set -euo pipefail

launch=$(dirname "$(readlink -f "$0")")/../../launch
folder=$1
script=$2

# The stage's instructions, one a line: what a backslash continues is joined, and remarks go.
mapfile -t stage < <(sed -e '/^ *#/d' "$launch/Containerfile" | sed -e ':a' -e '/\\$/{N;s/\\\n//;ba' -e '}' | sed -n '/^FROM .*debian/,$p')
if [[ ${stage[*]} != *FROM*debian:12-slim*RUN*COPY*USER* ]]; then
  echo "clean-room.sh: launch/Containerfile has changed, and this no longer knows its way about it" >&2
  exit 65
fi

# as USER DIRECTORY SCRIPT: runs a script in the folder, with /proc, /dev and a network interface that is its own.
as() {
  # shellcheck disable=SC2016
  unshare --mount --pid --fork --kill-child bash -c '
    mount --bind /dev "$1/dev"
    mount -t tmpfs tmpfs "$1/dev/shm"
    mount -t proc proc "$1/proc"
    mount --bind /etc/resolv.conf "$1/etc/resolv.conf" || true
    cd /
    exec chroot --userspec="$2" "$1" /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME="$4" \
      sh -c "cd \"\$1\" && exec sh -c \"\$2\"" - "$3" "$5"
  ' - "$folder" "$1" "$2" "$4" "$3"
}

user=0 directory=/
for line in "${stage[@]}"; do
  words=${line#* }
  case $line in
    FROM\ *) mmdebstrap --quiet --variant=minbase bookworm "$folder" >&2 ;;
    RUN\ *) as "$user" "$directory" "$words" /root >&2 ;;
    COPY\ --from=build\ /installed/usr/local\ /usr/local) "$launch/install" --prefix /usr/local --destdir "$folder" >&2 ;;
    USER\ *) user=$words ;;
    WORKDIR\ *) directory=$words ;;
    ENTRYPOINT\ * | CMD\ * | '') ;;
    *)
      echo "clean-room.sh: does not know what to do with: $line" >&2
      exit 65
      ;;
  esac
done
as "$user:$user" "$directory" "$script" /home/mpiuser
