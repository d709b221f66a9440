#!/bin/bash
# A CPI that answers what a test tells it: fake_cpi.sh FOLDER. Each request is appended to
# FOLDER/requests. A line of FOLDER/METHOD is the answer to one call: JSON, or `hang`, `garbage`,
# `silence`; when no line is left, the call succeeds.
folder=$1
request=$(cat)
exec 9>"$folder/lock"
flock 9
echo "$request" >>"$folder/requests"
env | sort >"$folder/environment"
[[ $request =~ \"method\":\"([a-z_]+)\" ]] && method=${BASH_REMATCH[1]}
answer=
if [ -s "$folder/$method" ]; then
  answer=$(head -n 1 "$folder/$method")
  sed -i 1d "$folder/$method"
fi
echo >>"$folder/count.$method"
count=$(wc -l <"$folder/count.$method")
flock -u 9
case $answer in
  hang) exec sleep 600 ;;
  silence) echo "out of memory" >&2; exit 3 ;;
  garbage) echo "Traceback (most recent call last)"; exit 1 ;;
  ?*) echo "$answer"; exit 1 ;; # the exit status must not matter
esac
case $method in
  info) result='{"api_version":2,"stemcell_formats":["openstack-light"]}' ;;
  create_stemcell) result='"img-1 light"' ;;
  create_vm) result="[\"vm-$count\",{}]" ;;
  has_vm) result=true ;;
  *) result=null ;;
esac
echo "{\"result\":$result,\"error\":null,\"log\":\"\"}"
