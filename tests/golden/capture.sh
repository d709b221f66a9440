#!/usr/bin/env bash
# Captures the golden packets from Debian's keepalived, each configuration in a network namespace of
# its own, and writes them as NAME.hex here. Needs keepalived, tshark and iproute2; run it as root or
# under `unshare --map-root-user --user`. Nothing leaves the namespace.
set -eu
here=$(cd "$(dirname "$0")" && pwd)

if [ "${1:-}" = "--inside" ]; then
  name=$2 work=$3
  mount -t tmpfs none /run
  ip link add eth0 type veth peer name eth1
  ip link set lo up && ip link set eth0 up && ip link set eth1 up
  ip addr add 10.0.0.2/24 dev eth0
  ip -6 addr add fe80::2/64 dev eth0 nodad
  ip neigh add 10.0.0.3 lladdr 02:00:00:00:00:03 dev eth0
  timeout 12 tshark -q -i eth1 -w /run/packets -a duration:7 2>/run/tshark & capture=$!
  until grep -q Capturing /run/tshark; do sleep 0.1; done
  keepalived -n -l -P -f "$work/$name.conf" --pid=/run/k.pid --vrrp_pid=/run/v.pid >/run/log 2>&1 & daemon=$!
  sleep 5.5
  kill -TERM $daemon; wait $daemon || true
  wait $capture || true
  cp /run/packets "$work/$name.pcap"
  exit
fi

work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
conf() { # name vrid priority version interval lines...
  local name=$1 vrid=$2 priority=$3 version=$4 interval=$5; shift 5
  { printf 'global_defs {\n  router_id golden\n  vrrp_version %s\n}\n' "$version"
    printf 'vrrp_instance VI_1 {\n  state BACKUP\n  interface eth0\n  virtual_router_id %s\n' "$vrid"
    printf '  priority %s\n  advert_int %s\n' "$priority" "$interval"
    printf '  %s\n' "$@"; echo '}'; } > "$work/$name.conf"
}
addresses() { echo 'virtual_ipaddress {'; printf '    %s\n' "$@"; echo '  }'; }

conf v2 51 150 2 1 "$(addresses 10.0.0.50)"
conf v2-pass 52 100 2 1 "$(printf 'authentication {\n    auth_type PASS\n    auth_pass secret\n  }')" \
  "$(addresses 10.0.0.50 10.0.0.51)"
conf v2-ah 57 110 2 1 "$(printf 'authentication {\n    auth_type AH\n    auth_pass secret12\n  }')" \
  "$(addresses 10.0.0.50)"
conf v3 53 200 3 0.25 "$(addresses 10.0.0.50 10.0.0.51 10.0.0.52)"
conf v3-unicast 55 120 3 1 'unicast_src_ip 10.0.0.2' "$(printf 'unicast_peer {\n    10.0.0.3\n  }')" \
  "$(addresses 10.0.0.50)"
conf v3-ipv6 56 130 3 1 "$(addresses fe80::50 fd00::50)"

for file in "$work"/*.conf; do
  unshare --net --mount "$0" --inside "$(basename "$file" .conf)" "$work" &
done
wait

# The first packet that a filter finds, without its Ethernet header unless it is ARP.
extract() { # capture filter skip target words
  local bytes
  bytes=$(tshark -r "$work/$1.pcap" -Y "$2" -c 1000 -T json -x 2>/dev/null |
    python3 -c "import json,sys; print(json.load(sys.stdin)[0]['_source']['layers']['frame_raw'][0][$3*2:])")
  { echo "# $5"; echo "# origin: $(keepalived --version 2>&1 | head -1), captured by capture.sh"
    echo "$bytes" | fold -w 64; } > "$here/$4.hex"
}
for name in v2 v2-pass v3 v3-unicast v3-ipv6; do
  extract $name 'vrrp.prio > 0' 14 "$name" "$name: advertisement, from its IP header on"
  extract $name 'vrrp.prio == 0' 14 "$name-resign" "$name: resignation (priority 0), from its IP header on"
done
extract v2-ah 'vrrp' 14 v2-ah "v2-ah: advertisement behind an authentication header, from its IP header on"
extract v2 'arp.isgratuitous' 0 gratuitous-arp "gratuitous ARP for 10.0.0.50, whole frame"
extract v3-ipv6 'icmpv6.type == 136' 0 neighbour-advertisement "unsolicited NA, whole frame"
