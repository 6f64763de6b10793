#!/bin/sh
# coturn as a STUN server of RFC 5780 at two addresses, on ports 3478 and 3479: no TCP, nothing beside STUN is
# asked of it, and all that it writes stays in this folder. Usage: stun-server.sh ADDRESS OTHER-ADDRESS
exec turnserver -n --listening-ip "$1" --listening-ip "$2" --listening-port 3478 \
  --no-tcp --no-tls --no-dtls --no-tcp-relay --no-auth --no-cli \
  --pidfile pid --userdb db --log-file stdout --simple-log
