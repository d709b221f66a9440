# MariaDB, RabbitMQ, the schemas, Keystone and its catalogue.
# Read by up.sh.
port_free() { # port_free PROCESS PORT: a stranger on our port would look like our own service below
  alive "$1" || ! tcp_open "$2" || die "port $2 ($1) is in use by something else; see --port-offset"
}
port_free epmd "$P_EPMD"; port_free rabbitmq "$P_AMQP"; port_free rabbitmq "$P_DIST"; port_free keystone "$P_KEYSTONE"
port_free glance-api "$P_GLANCE"; port_free neutron-server "$P_NEUTRON"
[ $NOVA = 0 ] || { port_free placement "$P_PLACEMENT"; port_free nova-api "$P_NOVA"; }
[ $CINDER = 0 ] || port_free cinder-api "$P_CINDER"
if [ ! -d "$STATE/db/mysql" ]; then
  mariadb-install-db --no-defaults --user=root --datadir="$STATE/db" --skip-test-db \
    --auth-root-authentication-method=normal > "$STATE/log/setup-db.log" 2>&1 || { tail "$STATE/log/setup-db.log"; die "mariadb-install-db"; }
fi
start mariadb mariadbd --no-defaults --user=root --datadir="$STATE/db" --socket="$SOCK" \
  --pid-file="$STATE/run/mariadbd.own.pid" --tmpdir="$STATE/tmp" --skip-networking --skip-log-bin --skip-name-resolve \
  --performance-schema=0 --innodb-buffer-pool-size=96M --innodb-log-file-size=32M \
  --innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=0 --key-buffer-size=1M \
  --aria-pagecache-buffer-size=4M --max-connections=400 --character-set-server=utf8mb3

erl_env=(HOME="$STATE/rabbit" ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT="$P_EPMD")
start epmd env "${erl_env[@]}" epmd -address 127.0.0.1 -port "$P_EPMD"
start rabbitmq env "${erl_env[@]}" \
  RABBITMQ_NODENAME="ros$OFFSET@localhost" RABBITMQ_CONF_ENV_FILE="$E/rabbitmq-env.conf" \
  RABBITMQ_CONFIG_FILE="$E/rabbitmq.conf" RABBITMQ_ADVANCED_CONFIG_FILE="$E/rabbitmq-advanced.config" \
  RABBITMQ_ENABLED_PLUGINS_FILE="$E/rabbitmq-plugins" RABBITMQ_MNESIA_BASE="$STATE/rabbit/mnesia" \
  RABBITMQ_LOG_BASE="$STATE/log" RABBITMQ_PID_FILE="$STATE/run/rabbit.own.pid" \
  RABBITMQ_DIST_PORT="$P_DIST" RABBITMQ_GENERATED_CONFIG_DIR="$STATE/rabbit/config" \
  RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1} +S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none" \
  /usr/lib/rabbitmq/bin/rabbitmq-server
sql() { mariadb --no-defaults -uroot -S "$SOCK" "$@"; }
wait_for 60 "database" mariadb sql -e 'select 1'
create_dbs() {
  { for d in keystone glance placement nova_api nova nova_cell0 neutron cinder; do
      echo "create database if not exists $d character set utf8mb3;"
      echo "grant all on $d.* to 'ros'@'localhost' identified by '$PW';"
    done; } | sql
}
once databases create_dbs

# ---------------------------------------------------------------- schemas (in parallel) and keystone
schema_keystone() {
  keystone-manage --config-file "$E/keystone/keystone.conf" db_sync &&
  keystone-manage --config-file "$E/keystone/keystone.conf" fernet_setup --keystone-user root --keystone-group root &&
  keystone-manage --config-file "$E/keystone/keystone.conf" credential_setup --keystone-user root --keystone-group root &&
  keystone-manage --config-file "$E/keystone/keystone.conf" bootstrap --bootstrap-password "$PW" \
    --bootstrap-admin-url "$AUTH_URL" --bootstrap-internal-url "$AUTH_URL" --bootstrap-public-url "$AUTH_URL" \
    --bootstrap-region-id "$REGION"
}
schema_glance() { glance-manage --config-file "$E/glance.conf" db_sync; }
schema_placement() { placement-manage --config-file "$E/placement/placement.conf" db sync; }
schema_nova() {
  local m="nova-manage --config-file $E/nova.conf"
  $m api_db sync &&
  $m cell_v2 map_cell0 --database_connection "$(db nova_cell0)" &&
  $m db sync &&
  { $m cell_v2 list_cells | grep -q ' cell1 ' || $m cell_v2 create_cell --name cell1; }
}
schema_neutron() { neutron-db-manage --config-file "$E/neutron.conf" --config-file "$E/ml2.ini" upgrade heads; }
schema_cinder() { cinder-manage --config-file "$E/cinder.conf" db sync; }
jobs_=()
for s in keystone neutron glance $([ $NOVA = 1 ] && echo nova placement) $([ $CINDER = 1 ] && echo cinder); do
  once "schema-$s" "schema_$s" & jobs_+=($!)
done
for j in "${jobs_[@]}"; do wait "$j" || die "a schema job failed, see $STATE/log"; done

uwsgi_start() { # uwsgi_start NAME PORT SCRIPT ENV...
  local name=$1 port=$2 script=$3; shift 3
  start "$name" env "$@" uwsgi --plugin python3 --http-socket "127.0.0.1:$port" --wsgi-file "$script" --need-app \
    --processes 1 --threads 4 --enable-threads --die-on-term --buffer-size 65535 --disable-logging --listen 64 \
    --add-header "Connection: close"  # it closes anyway; saying so keeps clients from reusing the connection
}
uwsgi_start keystone "$P_KEYSTONE" /usr/bin/keystone-wsgi-public OS_KEYSTONE_CONFIG_FILES="$E/keystone/keystone.conf"
wait_for 60 "the message bus" rabbitmq tcp_open "$P_AMQP"
wait_for 60 "keystone" keystone http_up "$AUTH_URL"

catalog() {
  ROS_PW=$PW ROS_AUTH=$AUTH_URL ROS_REGION=$REGION /usr/bin/python3 - \
    "image glance http://127.0.0.1:$P_GLANCE" "network neutron http://127.0.0.1:$P_NEUTRON" \
    "placement placement http://127.0.0.1:$P_PLACEMENT" "compute nova http://127.0.0.1:$P_NOVA/v2.1" \
    "volumev3 cinderv3 http://127.0.0.1:$P_CINDER/v3/%(project_id)s" <<'EOF'
import os, sys
from keystoneauth1 import session
from keystoneauth1.identity import v3
pw, url, region = (os.environ[k] for k in ("ROS_PW", "ROS_AUTH", "ROS_REGION"))
s = session.Session(auth=v3.Password(auth_url=url, username="admin", password=pw, project_name="admin",
                                     user_domain_name="Default", project_domain_name="Default"))
def get(kind, **q):
    return s.get(f"{url}/{kind}", params=q).json()[kind]
def ensure(kind, find, **extra):
    have = get(kind, **find)
    if have:
        return have[0]["id"]
    return s.post(f"{url}/{kind}", json={kind[:-1]: {**find, **extra}}).json()[kind[:-1]]["id"]
dom = ensure("domains", {"name": "Default"})
roles = {r: ensure("roles", {"name": r}) for r in ("admin", "member", "reader", "service")}
proj = {p: ensure("projects", {"name": p}, domain_id=dom) for p in ("admin", "demo", "service")}
def user(name, project, *names):
    uid = ensure("users", {"name": name}, domain_id=dom, password=pw, default_project_id=proj[project])
    for r in names:
        s.put(f"{url}/projects/{proj[project]}/users/{uid}/roles/{roles[r]}")
user("demo", "demo", "member", "reader")
for u in ("glance", "neutron", "placement", "nova", "cinder"):
    user(u, "service", "admin", "service")
for line in sys.argv[1:]:
    typ, name, addr = line.split()
    sid = ensure("services", {"type": typ, "name": name})
    have = {e["interface"] for e in get("endpoints", service_id=sid)}
    for i in {"public", "internal", "admin"} - have:
        s.post(f"{url}/endpoints", json={"endpoint": dict(service_id=sid, interface=i, url=addr, region=region)})
EOF
}
once catalog catalog

