# The configuration files of all services, and the credentials.
# Read by up.sh.
db() { echo "mysql+pymysql://ros:$PW@localhost/$1?unix_socket=$SOCK&charset=utf8"; }
AMQP="rabbit://ros:$PW@127.0.0.1:$P_AMQP/"
AUTH_URL=http://127.0.0.1:$P_KEYSTONE/v3
creds() { # creds USER: a keystoneauth section body
  cat <<EOF
auth_url = $AUTH_URL
auth_type = password
project_domain_name = Default
user_domain_name = Default
project_name = service
username = $1
password = $PW
region_name = $REGION
EOF
}
authtoken() {
  cat <<EOF
[keystone_authtoken]
www_authenticate_uri = $AUTH_URL
service_token_roles = service
service_token_roles_required = true
$(creds "$1")
EOF
}
common() { # common PROJECT
  cat <<EOF
[oslo_concurrency]
lock_path = $STATE/lock
[oslo_policy]
policy_file = $E/$1-policy.yaml
policy_dirs = $E/$1-policy.d
[database]
connection = $(db "$1")
max_pool_size = 5
max_overflow = 20
[oslo_messaging_rabbit]
heartbeat_in_pthread = false
[oslo_messaging_notifications]
driver = noop
EOF
}
umask 077
for s in keystone glance placement nova neutron cinder; do mkdir -p "$E/$s-policy.d"; touch "$E/$s-policy.yaml"; done

mkdir -p "$E/keystone" "$E/placement"
cat > "$E/keystone/keystone.conf" <<EOF
[DEFAULT]
use_stderr = true
[token]
provider = fernet
expiration = 86400
[fernet_tokens]
key_repository = $STATE/keystone/fernet
[fernet_receipts]
key_repository = $STATE/keystone/fernet
[credential]
key_repository = $STATE/keystone/credential
[identity]
password_hash_rounds = 4
[cache]
enabled = true
backend = oslo_cache.dict
expiration_time = 60
$(common keystone)
EOF

cat > "$E/glance.conf" <<EOF
[DEFAULT]
use_stderr = true
bind_host = 127.0.0.1
bind_port = $P_GLANCE
workers = 0
enabled_backends = fs:file
enabled_import_methods = [glance-direct]
image_cache_dir = $STATE/glance/cache
[glance_store]
default_backend = fs
[fs]
filesystem_store_datadir = $STATE/images
[os_glance_staging_store]
filesystem_store_datadir = $STATE/staging
[os_glance_tasks_store]
filesystem_store_datadir = $STATE/tasks
[paste_deploy]
flavor = keystone
config_file = /usr/share/glance-common/glance-api-paste.ini
$(authtoken glance)
$(common glance)
EOF

cat > "$E/placement/placement.conf" <<EOF
[DEFAULT]
use_stderr = true
[api]
auth_strategy = keystone
[placement_database]
connection = $(db placement)
[oslo_policy]
policy_file = $E/placement-policy.yaml
policy_dirs = $E/placement-policy.d
$(authtoken placement)
EOF

cat > "$E/nova.conf" <<EOF
[DEFAULT]
use_stderr = true
host = $HOSTID
my_ip = 127.0.0.1
state_path = $STATE/nova
transport_url = $AMQP
compute_driver = fake.FakeDriver
enabled_apis = osapi_compute
osapi_compute_listen = 127.0.0.1
osapi_compute_listen_port = $P_NOVA
osapi_compute_workers = 1
sync_power_state_interval = -1
update_resources_interval = 60
heal_instance_info_cache_interval = -1
vif_plugging_is_fatal = false
vif_plugging_timeout = 0
force_config_drive = true
[wsgi]
api_paste_config = /usr/share/nova-common/api-paste.ini
[api]
auth_strategy = keystone
[api_database]
connection = $(db nova_api)
max_pool_size = 5
[conductor]
workers = 1
[scheduler]
workers = 1
[filter_scheduler]
track_instance_changes = false
[vnc]
enabled = false
[spice]
enabled = false
[glance]
api_servers = http://127.0.0.1:$P_GLANCE
[cinder]
catalog_info = volumev3:cinderv3:publicURL
os_region_name = $REGION
$(creds nova)
[placement]
$(creds placement)
[neutron]
$(creds neutron)
[service_user]
send_service_user_token = true
$(creds nova)
$(authtoken nova)
$(common nova)
EOF

cat > "$E/neutron.conf" <<EOF
[DEFAULT]
use_stderr = true
host = $HOSTID
state_path = $STATE/neutron
transport_url = $AMQP
bind_host = 127.0.0.1
bind_port = $P_NEUTRON
core_plugin = ml2
service_plugins = router,port_forwarding
api_workers = 0
rpc_workers = 1
rpc_state_report_workers = 0
api_paste_config = /usr/share/neutron-common/api-paste.ini
api_extensions_path =
notify_nova_on_port_status_changes = $([ $NOVA = 1 ] && echo true || echo false)
notify_nova_on_port_data_changes = $([ $NOVA = 1 ] && echo true || echo false)
enable_traditional_dhcp = false
agent_down_time = 60
[agent]
root_helper = env
report_interval = 15
[experimental]
linuxbridge = true
[quotas]
quota_network = -1
quota_subnet = -1
quota_port = -1
quota_security_group = -1
quota_security_group_rule = -1
[nova]
$(creds nova)
$(authtoken neutron)
$(common neutron)
EOF
cat > "$E/ml2.ini" <<EOF
[ml2]
type_drivers = local,flat
tenant_network_types = local
mechanism_drivers = linuxbridge
extension_drivers = port_security
[ml2_type_flat]
flat_networks = physnet1
[securitygroup]
enable_security_group = true
enable_ipset = true
EOF
cat > "$E/linuxbridge.ini" <<EOF
[linux_bridge]
physical_interface_mappings = physnet1:phys0
[vxlan]
enable_vxlan = false
[agent]
polling_interval = 1
[securitygroup]
enable_security_group = true
enable_ipset = true
firewall_driver = iptables
EOF

cat > "$E/cinder.conf" <<EOF
[DEFAULT]
use_stderr = true
host = $HOSTID
my_ip = 127.0.0.1
state_path = $STATE/cinder
transport_url = $AMQP
auth_strategy = keystone
api_paste_config = /usr/share/cinder-common/api-paste.ini
resource_query_filters_file = /etc/cinder/resource_filters.json
osapi_volume_listen = 127.0.0.1
osapi_volume_listen_port = $P_CINDER
osapi_volume_workers = 1
enabled_backends = fake
glance_api_servers = http://127.0.0.1:$P_GLANCE
[fake]
volume_driver = cinder.tests.fake_driver.FakeLoggingVolumeDriver
volume_backend_name = fake
target_ip_address = 127.0.0.1
[coordination]
backend_url = file://$STATE/cinder/coordination
[nova]
$(creds nova)
[service_user]
send_service_user_token = true
$(creds cinder)
$(authtoken cinder)
$(common cinder)
EOF

cat > "$E/rabbitmq.conf" <<EOF
listeners.tcp.1 = 127.0.0.1:$P_AMQP
default_user = ros
default_pass = $PW
loopback_users.ros = true
log.console = true
log.console.level = warning
log.file = false
vm_memory_high_watermark.absolute = 512MB
disk_free_limit.absolute = 50MB
collect_statistics = none
EOF
: > "$E/rabbitmq-plugins"; : > "$E/rabbitmq-env.conf"
printf '[].\n' > "$E/rabbitmq-advanced.config"

openrc() { # openrc USER PROJECT
  cat <<EOF
export OS_AUTH_URL=$AUTH_URL OS_IDENTITY_API_VERSION=3 OS_REGION_NAME=$REGION
export OS_USERNAME=$1 OS_PASSWORD=$PW OS_PROJECT_NAME=$2
export OS_USER_DOMAIN_NAME=Default OS_PROJECT_DOMAIN_NAME=Default OS_INTERFACE=public
EOF
}
openrc admin admin > "$E/openrc-admin"; openrc demo demo > "$E/openrc-demo"
{ echo "clouds:"
  for u in admin demo; do
    cat <<EOF
  $u:
    region_name: $REGION
    identity_api_version: 3
    auth: {auth_url: "$AUTH_URL", username: $u, password: $PW, project_name: $u,
           user_domain_name: Default, project_domain_name: Default}
EOF
  done; } > "$E/clouds.yaml"
# The same keys as the embedded cloud's cloud.json, for the tests.
cat > "$E/cloud.json" <<JSON
{"auth_url": "$AUTH_URL", "username": "demo", "password": "$PW", "project": "demo",
 "domain": "Default", "region": "$REGION"}
JSON
umask 022

