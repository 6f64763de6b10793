#!/bin/sh
# ns-3, the simulator that the bench measures itself beside. Without it the bench says so and goes on.
if pkg-config --exists ns3-applications 2>/dev/null && command -v g++ >/dev/null; then exit 0; fi
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq && apt-get install -y -qq --no-install-recommends g++ pkg-config libns3-dev libgsl-dev >/dev/null
else
  echo 'ns-3 is not here; to measure beside it: sudo apt-get install g++ pkg-config libns3-dev libgsl-dev'
fi
exit 0
