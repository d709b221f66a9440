#!/usr/bin/env bash
# Captures the golden packets of FRR's vrrpd in a network namespace and writes them as frr-NAME.hex
# here. Needs root (the daemons change to the user frr), the Debian packages frr and tshark, and
# iproute2. Nothing leaves the namespace.
set -eu
here=$(cd "$(dirname "$0")" && pwd)

if [ "${1:-}" = "--inside" ]; then
  work=$2
  mount -t tmpfs none /run && mkdir /run/frr && chown frr:frr /run/frr
  mount -t tmpfs none /etc/frr
  ip link set lo up
  ip link add eth0 type veth peer name eth1
  ip link set eth0 up && ip link set eth1 up
  ip addr add 10.0.0.2/24 dev eth0
  ip -6 addr add fe80::2/64 dev eth0 nodad
  virtual() { # name mac address: vrrpd wants its macvlans made and addressed by the administrator
    ip link add "$1" link eth0 type macvlan mode bridge
    ip link set "$1" address "$2"
    ip addr add "$3" dev "$1"
    ip link set "$1" up
  }
  virtual v2 00:00:5e:00:01:3d 10.0.0.61/32
  virtual v3 00:00:5e:00:01:3e 10.0.0.62/32
  virtual v6 00:00:5e:00:02:3e fe80::62/64
  cat >/run/frr.conf <<'EOF'
interface eth0
 vrrp 61 version 2
 vrrp 61 priority 150
 vrrp 61 ip 10.0.0.61
 vrrp 62 version 3
 vrrp 62 priority 200
 vrrp 62 advertisement-interval 500
 vrrp 62 ip 10.0.0.62
 vrrp 62 ipv6 fe80::62
EOF
  timeout 20 tshark -q -i eth1 -w "$work/frr.pcap" -a duration:12 2>/run/tshark & capture=$!
  until grep -q Capturing /run/tshark; do sleep 0.1; done
  for daemon in zebra vrrpd; do
    /usr/lib/frr/$daemon -d -f /run/frr.conf -i /run/frr/$daemon.pid -z /run/frr/zserv.api \
      --vty_socket /run/frr >>/run/log 2>&1
  done
  sleep 8
  kill -TERM "$(cat /run/frr/vrrpd.pid)"
  wait $capture || true
  exit
fi

work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
unshare --net --mount --pid --fork --mount-proc --kill-child "$0" --inside "$work"

# The first packet that a filter finds, from its IP header on.
extract() { # filter target words
  local bytes
  bytes=$(tshark -r "$work/frr.pcap" -Y "$1" -T json -x 2>/dev/null |
    python3 -c "import json,sys; print(json.load(sys.stdin)[0]['_source']['layers']['frame_raw'][0][28:])")
  { echo "# $2: $3, from its IP header on"
    echo "# origin: FRR $(dpkg-query -W -f '${Version}' frr) vrrpd, captured by capture-frr.sh"
    echo "$bytes" | fold -w 64; } >"$here/$2.hex"
}
for kind in '> 0::advertisement' '== 0:-resign:resignation (priority 0)'; do
  IFS=: read -r priority suffix words <<<"$kind"
  extract "vrrp.version == 2 && vrrp.prio $priority" "frr-v2$suffix" "$words"
  extract "ip && vrrp.version == 3 && vrrp.prio $priority" "frr-v3$suffix" "$words"
  extract "ipv6 && vrrp.version == 3 && vrrp.prio $priority" "frr-v3-ipv6$suffix" "$words"
done
