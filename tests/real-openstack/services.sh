# Glance, Placement, Nova, Cinder, Neutron and its agent in a namespace that plays the hypervisor.
# Read by up.sh.
start_py glance-api glance.cmd.api --config-file "$E/glance.conf"
start neutron-server neutron-server --config-file "$E/neutron.conf" --config-file "$E/ml2.ini"
if [ $NOVA = 1 ]; then
  uwsgi_start placement "$P_PLACEMENT" /usr/bin/placement-api OS_PLACEMENT_CONFIG_DIR="$E/placement"
  start_py nova-conductor nova.cmd.conductor --config-file "$E/nova.conf"
  start_py nova-scheduler nova.cmd.scheduler --config-file "$E/nova.conf"
  start_py nova-api nova.cmd.api --config-file "$E/nova.conf"
fi
if [ $CINDER = 1 ]; then
  start_py cinder-api cinder.cmd.api --config-file "$E/cinder.conf"
  start_py cinder-scheduler cinder.cmd.scheduler --config-file "$E/cinder.conf"
  start_py cinder-volume cinder.cmd.volume --config-file "$E/cinder.conf"
fi

if [ $AGENT = 1 ]; then
  inns=()
  if [ -n "$NETNS" ]; then
    # The agent's own namespace plays the hypervisor host: its bridges, iptables and ebtables rules
    # stay out of the root namespace. A unix socket carries the message bus into it.
    ip netns list | grep -qw "^$NETNS" || { ip netns add "$NETNS"; echo "$NETNS" > "$STATE/run/netns"; }
    inns=(ip netns exec "$NETNS")
    ip -n "$NETNS" link set lo up
    start amqp-out socat "UNIX-LISTEN:$STATE/run/amqp.sock,fork,unlink-early" "TCP4:127.0.0.1:$P_AMQP"
    start amqp-in "${inns[@]}" socat "TCP4-LISTEN:$P_AMQP,bind=127.0.0.1,fork,reuseaddr" "UNIX-CONNECT:$STATE/run/amqp.sock"
  fi
  if ! "${inns[@]}" ip link show phys0 >/dev/null 2>&1; then
    "${inns[@]}" ip link add phys0 type veth peer name phys0x
    [ -n "$NETNS" ] || echo phys0 > "$STATE/run/link"
  fi
  "${inns[@]}" ip link set phys0 up; "${inns[@]}" ip link set phys0x up
  "${inns[@]}" sysctl -qw net.bridge.bridge-nf-call-iptables=1 net.bridge.bridge-nf-call-ip6tables=1 || true
  # ebtables-nft 1.8.9 cannot delete a rule with --among-src by its text (exit 4), and the agent then
  # retries with growing pauses for ever: no later port update arrives. It can delete by number.
  mkdir -p "$STATE/bin"
  cat > "$STATE/bin/ebtables" <<'EOF'
#!/bin/bash
# ebtables for the L2 agent: turns "-D CHAIN ... --among-src ..." into "-D CHAIN NUMBER".
real=/usr/sbin/ebtables
case " $* " in *" -D "*" --among-src "*) ;; *) exec $real "$@";; esac
table=filter chain= rule=() opts=()
while [ $# -gt 0 ]; do
  case $1 in
    -t) table=$2; shift;; --concurrent) opts+=("$1");; -D) chain=$2; shift;; *) rule+=("$1");;
  esac
  shift
done
n=$($real -t "$table" "${opts[@]}" -L "$chain" --Ln | awk -v want="${rule[*]}" '
  /^[0-9]+\.? / { num = $1; sub(/^[0-9]+\.? */, ""); sub(/ *$/, ""); if ($0 == want) { print num + 0; exit } }')
[ -n "$n" ] || { echo "no such rule: ${rule[*]}" >&2; exit 1; }
exec $real -t "$table" "${opts[@]}" -D "$chain" "$n"
EOF
  chmod 755 "$STATE/bin/ebtables"
  start neutron-agent "${inns[@]}" env PATH="$STATE/bin:$PATH" neutron-linuxbridge-agent --config-file "$E/neutron.conf" \
    --config-file "$E/ml2.ini" --config-file "$E/linuxbridge.ini"
fi

wait_for 90 glance glance-api http_up "http://127.0.0.1:$P_GLANCE/"
wait_for 120 neutron neutron-server http_up "http://127.0.0.1:$P_NEUTRON/"
if [ $NOVA = 1 ]; then
  wait_for 90 placement placement http_up "http://127.0.0.1:$P_PLACEMENT/"
  wait_for 90 nova nova-api http_up "http://127.0.0.1:$P_NOVA/"
  start_py nova-compute nova.cmd.compute --config-file "$E/nova.conf"
fi
[ $CINDER = 0 ] || wait_for 90 cinder cinder-api http_up "http://127.0.0.1:$P_CINDER/"

agents_up() { # every agent and compute service that should report has reported
  ROS_PW=$PW ROS_AUTH=$AUTH_URL ROS_HOST=$HOSTID /usr/bin/python3 - "$AGENT" "$NOVA" "$CINDER" <<'EOF'
import os, sys
from keystoneauth1 import session
from keystoneauth1.identity import v3
s = session.Session(auth=v3.Password(auth_url=os.environ["ROS_AUTH"], username="admin", password=os.environ["ROS_PW"],
    project_name="admin", user_domain_name="Default", project_domain_name="Default"))
def get(typ, path):
    return s.get(path, endpoint_filter={"service_type": typ}).json()
agent, nova, cinder = (a == "1" for a in sys.argv[1:])
if agent and not any(a["alive"] and a["binary"] == "neutron-linuxbridge-agent" for a in get("network", "/v2.0/agents")["agents"]):
    sys.exit("no agent")
if nova and {x["binary"] for x in get("compute", "/os-services")["services"] if x["state"] == "up"} < {
        "nova-compute", "nova-conductor", "nova-scheduler"}:
    sys.exit("no compute")
if cinder and {x["binary"] for x in get("volumev3", "/os-services")["services"] if x["state"] == "up"} < {
        "cinder-scheduler", "cinder-volume"}:
    sys.exit("no volume")
EOF
}
wait_for 120 "agents and services to report" neutron-server agents_up
discover() { nova-manage --config-file "$E/nova.conf" cell_v2 discover_hosts; }
[ $NOVA = 0 ] || once "discover-$HOSTID" discover

# Flavors belong to the administrator; a CPI finds them.
flavors() {
  ( . "$E/openrc-admin"
    openstack flavor show m1.tiny >/dev/null 2>&1 || openstack flavor create --ram 64 --disk 1 --vcpus 1 m1.tiny )
}
[ $NOVA = 0 ] || once flavors flavors

say "up: started${STARTED:- nothing (all was running)}"
echo "credentials: $E/openrc-admin $E/openrc-demo $E/clouds.yaml"
