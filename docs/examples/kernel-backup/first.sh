# The first machine has the service's address, and the MAC that goes with it.
set -e
ip link set dev to-first address $MAC
ip address add $ADDRESS/24 dev to-first
../../../node_modules/.bin/node "$@" || echo the process is gone, the machine is not
exec tail -f /dev/null
