#!/bin/sh
# Runs once inside of a system that was booted, and leaves what it saw in /root/proof.
exec > /root/proof 2> /root/proof.log
set -x
state() { systemctl show --property "$2" --value "$1"; }
soon() { for _ in $(seq 60); do "$@" && return 0; sleep 1; done; return 1; }
alive() { node -e "fetch('http://127.0.0.1:7374/livez').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"; }

systemctl start ethogram; echo "start=$?"
soon alive; echo "alive=$?"
echo "active=$(state ethogram ActiveState)"
echo "user=$(ps -o user= -p "$(state ethogram MainPID)" 2>/dev/null || stat -c %U "/proc/$(state ethogram MainPID)")"
sleep 5
systemctl kill --signal KILL ethogram
sleep 7
soon alive; echo "alive-again=$?"
echo "restarts=$(state ethogram NRestarts)"
sleep 5
systemctl stop ethogram; echo "stop=$?"
echo "result=$(state ethogram Result)"
echo "ended=$(state ethogram ActiveState)"
echo "folder=$(stat -c '%U %a' /var/lib/ethogram)"
echo "recordings=$(runuser -u ethogram -- ethogram recordings --store lmdb:/var/lib/ethogram -o jsonl)"
journalctl -u ethogram --no-pager -o cat >&2
systemctl poweroff --force --force
