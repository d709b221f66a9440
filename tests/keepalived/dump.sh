# Has keepalived read the file $1 in a network namespace of its own and write what is in force to
# standard output, what it says about the file to standard error. Run under `unshare -nmpf`.
set -e
mount -t tmpfs none /tmp
mount -t proc none /proc
ip link set lo up
for i in 0 1; do
  ip link add eth$i type veth peer name eth${i}p
  ip link set eth$i up
  ip link set eth${i}p up
done
ip address add 192.0.2.2/24 dev eth0
ip address add 2001:db8::2/64 dev eth0 nodad
ip address add 10.0.0.2/24 dev eth1
cd /tmp
/usr/sbin/keepalived -P -B -n -l -d -f "$1" -p p -r r >log 2>&1 &
# It is killed with this namespace; to stop in order takes it a second.
tries=0
until grep -q 'Startup complete\|Stopped Keepalived' log; do
  sleep 0.02
  tries=$((tries + 1))
  [ $tries -lt 1000 ] || { cat log >&2; exit 1; }
done
kill -USR1 $!
until grep -q -- '------< Interfaces' keepalived.data 2>/dev/null; do
  sleep 0.02
  tries=$((tries + 1))
  [ $tries -lt 1000 ] || { cat log >&2; exit 1; }
done
cat log >&2
cat keepalived.data
