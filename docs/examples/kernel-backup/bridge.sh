# A switch of the kernel before two machines, of which one has the service's address: this node gives up its own.
set -e
ip link add name switch type bridge
for link in outside to-first to-second; do ip link set dev $link master switch; done
ip address flush dev outside
ip link set dev switch up
echo forwards
exec tail -f /dev/null
