"""A star of hosts around a Linux bridge in Mininet, up and down: prints both times. COUNT [RATE in Mbit/s]"""
import json
import logging
import sys
import time

from mininet.link import Link, TCLink
from mininet.log import setLogLevel
from mininet.net import Mininet
from mininet.nodelib import LinuxBridge
from mininet.topo import SingleSwitchTopo

setLogLevel('critical')
logging.disable(logging.CRITICAL)
count = int(sys.argv[1])
shaping = {'bw': int(sys.argv[2]), 'use_tbf': True} if len(sys.argv) > 2 else {}


class Star(SingleSwitchTopo):
    def addLink(self, *ends, **options):
        return super().addLink(*ends, **{**options, **shaping})


began = time.monotonic()
net = Mininet(
    topo=Star(count),
    switch=LinuxBridge,
    link=TCLink if shaping else Link,
    controller=None,
)
net.start()
up = time.monotonic()
net.stop()
down = time.monotonic()
print(json.dumps({'upMs': (up - began) * 1000, 'downMs': (down - up) * 1000}))
