# Starting, recording and waiting for processes.
# Read by up.sh.
# run/NAME.pid holds "pid start-time", so that a recycled pid is never taken for ours.
starttime() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }
alive() {
  local pid st
  [ -r "$STATE/run/$1.pid" ] && read -r pid st < "$STATE/run/$1.pid" || return 1
  [ -n "$pid" ] && [ "$(starttime "$pid")" = "$st" ]
}
start() { # start NAME COMMAND...
  local name=$1; shift
  if alive "$name"; then return 0; fi
  ( exec 9>&-; cd "$STATE/tmp"; exec setsid "$@" ) >> "$STATE/log/$name.log" 2>&1 </dev/null &
  local pid=$!
  echo "$pid $(starttime $pid)" > "$STATE/run/$name.pid"
  STARTED="${STARTED:-} $name"
}
wait_for() { # wait_for SECONDS WHAT PROCESS COMMAND...
  local limit=$((SECONDS + $1)) what=$2 proc=$3; shift 3
  until "$@" >/dev/null 2>&1; do
    alive "$proc" || { tail -15 "$STATE/log/$proc.log" >&2; die "$proc ended while waiting for $what"; }
    [ $SECONDS -lt $limit ] || { tail -15 "$STATE/log/$proc.log" >&2; die "timeout waiting for $what"; }
    sleep 0.5
  done
}
tcp_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
http_up() { # any HTTP status at all but 5xx
  local c; c=$(/usr/bin/python3 - "$1" <<'EOF'
import sys, urllib.request, urllib.error
try: print(urllib.request.urlopen(sys.argv[1], timeout=10).status)
except urllib.error.HTTPError as e: print(e.code)
EOF
  ) 2>/dev/null && [ "${c:-500}" -lt 500 ]
}
once() { # once MARK COMMAND...: run until it has succeeded once
  local m=$1; shift
  [ -e "$STATE/mark/$m" ] && return 0
  "$@" >> "$STATE/log/setup-$m.log" 2>&1 9>&- || { tail -15 "$STATE/log/setup-$m.log" >&2; say "failed: $m"; return 1; }
  touch "$STATE/mark/$m"; say "done: $m"
}
start_py() { # start_py NAME MODULE ARGS...
  local name=$1 mod=$2; shift 2
  start "$name" /usr/bin/python3 -c "import sys; sys.argv[0]='$name'; from $mod import main; sys.exit(main())" "$@"
}

