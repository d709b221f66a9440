# The Debian packages of this OpenStack, installed when missing without starting their services.
# Read by up.sh.
PACKAGES="rabbitmq-server mariadb-server-core mariadb-client-core python3-pymysql
 uwsgi-core uwsgi-plugin-python3 python3-keystone glance-common
 neutron-common neutron-linuxbridge-agent python3-openstackclient
 iproute2 iptables ebtables ipset conntrack arping iputils-ping tcpdump socat procps"
[ $NOVA = 1 ] && PACKAGES="$PACKAGES placement-common nova-common"
[ $CINDER = 1 ] && PACKAGES="$PACKAGES cinder-common"
missing=
for p in $PACKAGES; do
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || missing="$missing $p"
done
if [ -n "$missing" ]; then
  [ $INSTALL = 1 ] || die "packages missing:$missing"
  say "installing:$missing"
  # No package may start a service while it is configured.
  rcd=/usr/sbin/policy-rc.d made_rcd=0
  [ -e $rcd ] || { printf '#!/bin/sh\nexit 101\n' > $rcd; chmod 755 $rcd; made_rcd=1; }
  export DEBIAN_FRONTEND=noninteractive DEBIAN_PRIORITY=critical
  debconf-set-selections <<'EOF'
glance-common glance/configure_db boolean false
nova-common nova/configure_db boolean false
neutron-common neutron/configure_db boolean false
cinder-common cinder/configure_db boolean false
placement-common placement/configure_db boolean false
EOF
  rc=0
  # shellcheck disable=SC2086
  { apt-get -qq update && apt-get install -y -qq --no-install-recommends \
      -o Dpkg::Options::=--force-confold -o Dpkg::Options::=--force-unsafe-io $missing; } </dev/null >/tmp/real-openstack-apt.$$ 2>&1 || rc=$?
  [ $made_rcd = 0 ] || rm -f $rcd
  [ $rc = 0 ] || { tail -20 /tmp/real-openstack-apt.$$ >&2; die "apt-get failed"; }
  rm -f /tmp/real-openstack-apt.$$
  say "installed"
fi
if [ $INSTALL_ONLY = 1 ]; then exit 0; fi

