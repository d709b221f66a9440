#!/bin/bash
# Bring up a small but real OpenStack (the release that Debian packages) on one machine.
# Everything that is written lives under one state directory; everything listens on 127.0.0.1.
# Running it again starts only what is not running. See README.md.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd -P)

usage() {
  cat <<'EOF'
usage: up.sh [options] STATE_DIR
  --no-install        do not call apt-get, even if packages are missing
  --install-only      install the packages and stop
  --no-nova           leave out placement and nova
  --no-cinder         leave out cinder
  --no-agent          leave out the L2 agent (control plane only)
  --port-offset N     add N to every TCP port (default 0)
  --host NAME         host name that agents and nova report (default holdfast-os-1)
  --netns NAME|none   network namespace of the L2 agent (default holdfast-os-1; none: the root namespace)
  --region NAME       region (default RegionOne)
EOF
}
die() { echo "up.sh: $*" >&2; exit 1; }
say() { printf '%s +%3ss %s\n' "$(date +%T)" "$SECONDS" "$*"; }

INSTALL=1 INSTALL_ONLY=0 NOVA=1 CINDER=1 AGENT=1 OFFSET=0 HOSTID=holdfast-os-1 NETNS=holdfast-os-1 REGION=RegionOne STATE=
while [ $# -gt 0 ]; do
  case $1 in
    --no-install) INSTALL=0;; --install-only) INSTALL_ONLY=1;; --no-nova) NOVA=0;; --no-cinder) CINDER=0;;
    --no-agent) AGENT=0;; --port-offset) OFFSET=$2; shift;; --host) HOSTID=$2; shift;;
    --netns) NETNS=$2; shift;; --region) REGION=$2; shift;;
    -h|--help) usage; exit 0;; -*) usage >&2; exit 2;; *) STATE=$1;;
  esac
  shift
done
[ -n "$STATE" ] || { usage >&2; exit 2; }
[ "$(id -u)" = 0 ] || die "must be root"
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8
unset PYTHONPATH PYTHONHOME OS_CLOUD "${!OS_@}" 2>/dev/null || true
[ "$NETNS" = none ] && NETNS=

# shellcheck source=packages.sh
. "$HERE/packages.sh"
# ---------------------------------------------------------------- state directory
mkdir -p "$STATE"; STATE=$(cd "$STATE" && pwd -P)
[ ${#STATE} -le 70 ] || die "state directory path too long for unix sockets"
chmod 711 "$STATE"
mkdir -p "$STATE"/{etc,run,log,lock,mark,db,rabbit,images,staging,tasks,nova,neutron,cinder,glance,keystone,tmp}
exec 9>"$STATE/lock/up"; flock -n 9 || die "another up.sh runs on this state directory"
SECRET_FILE=$STATE/etc/secret
[ -s "$SECRET_FILE" ] || (umask 077; od -An -tx1 -N16 /dev/urandom | tr -d ' \n' > "$SECRET_FILE")
PW=$(cat "$SECRET_FILE")
for v in KEYSTONE=5000 GLANCE=9292 PLACEMENT=8778 NOVA=8774 NEUTRON=9696 CINDER=8776 AMQP=5672 EPMD=4369 DIST=5679; do
  declare "P_${v%=*}=$(( ${v#*=} + OFFSET ))"
done
SOCK=$STATE/run/db.sock
E=$STATE/etc
cat > "$E/settings" <<EOF
HOSTID=$HOSTID
NETNS=$NETNS
REGION=$REGION
OFFSET=$OFFSET
NOVA=$NOVA
CINDER=$CINDER
AGENT=$AGENT
EOF

# shellcheck source=processes.sh
. "$HERE/processes.sh"
# shellcheck source=configuration.sh
. "$HERE/configuration.sh"
# shellcheck source=database.sh
. "$HERE/database.sh"
# shellcheck source=services.sh
. "$HERE/services.sh"
