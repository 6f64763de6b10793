# Each target sets up by itself what it needs on a machine that has only git, make and npm.
SHELL := /bin/sh
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
export NODE_NO_WARNINGS := 1
export NO_UPDATE_NOTIFIER := 1
# What was compiled once, and stripped of its types, is kept for the next of hundreds of test files and commands.
export NODE_COMPILE_CACHE := $(CURDIR)/node_modules/.cache/compiled

installed := node_modules/.package-lock.json
ropewalk := node testbed/cli/ropewalk.js
flagships := ping overload outage nat-grid many-homes

.PHONY: demo test test-mininet check prove bench setup-labs clean

# The main job: scenarios in virtual time, judged. No root, no containers.
demo: $(installed)
	@$(ropewalk) run $(flagships:%=scenarios/%.yaml)

test: $(installed)
	@node testbed/cli/labs-here.ts
	ava
	@if node testbed/cli/labs-here.ts kernel; then ROPEWALK_REQUIRE_LABS=$${ROPEWALK_REQUIRE_LABS-netns} npm run --silent lab; fi

# Of the Mininet lab, on a host that it boots. By themselves: a User-Mode Linux beside other tests is late.
test-mininet: $(installed)
	@ROPEWALK_REQUIRE_LABS=mininet node testbed/cli/labs-here.ts
	ROPEWALK_REQUIRE_LABS=mininet ava --concurrency=1 --timeout=10m $$(find testbed -path '*mininet-driver*' -name '*.lab.ts')

# What CI has time for: a host, and on it links of the model, links' events, a box, a crash.
mininet_part := *ready*first* *switch*router* *faster*rate* *full*link*carries* *link*that*is*down* *address-and-port*address-and-port* *crashes*for*a*while* *host*takes*logins*
.PHONY: test-mininet-part
test-mininet-part: $(installed)
	@ROPEWALK_REQUIRE_LABS=mininet node testbed/cli/labs-here.ts
	ROPEWALK_REQUIRE_LABS=mininet ava --concurrency=1 --timeout=10m $(mininet_part:%=--match='%') \
		testbed/labs/mininet-driver/lab-suite.lab.ts testbed/labs/mininet-driver/host/mininet-host.lab.ts

check: $(installed)
	tsc
	biome ci --colors=off --log-level=warn --error-on-warnings
	knip
	ava testbed/layers.test.ts

# The full samples: long, resumable, ends with a report in reports/proof/.
provers := prove prove-cells prove-punch prove-multicast prove-multipath prove-labs
.PHONY: $(provers:%=run-%)
prove: $(installed)
	@$(MAKE) --no-print-directory --keep-going $(provers:%=run-%)
$(provers:%=run-%): run-%: $(installed)
	node testbed/cli/$*.ts

# Figures in virtual time beside the committed references.
punch_flagships := relay-first relay-first-byte punch-grid punch-roam relay-better punch-control
multipath_flagships := striping udp-tunnel failover-tunnel striping-three tunnel-latency
# A processor each.
.PHONY: references references-punch references-multipath
references: $(installed)
	@$(MAKE) --no-print-directory --keep-going --jobs=2 --output-sync=target references-punch references-multipath
references-punch: $(installed)
	@$(ropewalk) baseline check --gate fail $(punch_flagships:%=scenarios/%.yaml)
references-multipath: $(installed)
	@$(ropewalk) baseline check --gate fail $(multipath_flagships:%=scenarios/%.yaml)

# Speed, beside its anchor in the same run.
# Each to its end, whichever before it misses a bar; fails if one did.
benches := sim hub netns sockets containers mininet
.PHONY: $(benches:%=bench-%)
bench: $(installed) bench-anchors
	@$(MAKE) --no-print-directory --keep-going $(benches:%=bench-%)
bench-sim: $(installed)
	node --expose-gc testbed/labs/sim/bench/bench.ts
bench-hub: $(installed)
	@if node testbed/cli/labs-here.ts kernel; then node testbed/labs/hub/bench/bench.ts; fi
bench-netns: $(installed)
	@if node testbed/cli/labs-here.ts kernel; then node testbed/labs/netns/bench/bench.ts; fi
bench-sockets: $(installed)
	@if node testbed/cli/labs-here.ts kernel; then node src/runtime/onload/bench/bench.ts; fi
bench-containers: $(installed)
	@if node testbed/cli/labs-here.ts docker; then node testbed/labs/docker/bench/bench.ts; fi
bench-mininet: $(installed)
	@if node testbed/cli/labs-here.ts mininet; then node testbed/labs/mininet-driver/bench/bench.ts; fi

.PHONY: bench-anchors
bench-anchors:
	@sh testbed/labs/sim/bench/install-anchors.sh
	@sh testbed/labs/install-packages.sh iperf3 vde2 mininet bridge-utils user-mode-linux gcc libc6-dev kmod
	@mkdir -p /lib/modules

# iproute2 and nftables are what the netns lab stands on; the others judge it, or run in its examples.
netns_packages := iproute2 nftables util-linux iperf3 iputils-ping curl mptcpize nginx-light coturn irtt tshark openssl strace haproxy hostapd wpasupplicant freeradius freeradius-utils

# User-Mode Linux looks for its modules in /lib/modules, and can't where that is not there. Where a processor has
# tiles it needs a small library, which is compiled as it boots.
mininet_packages := user-mode-linux gcc libc6-dev kmod ethtool openssh-server openssh-client mininet iproute2 util-linux

# A Mininet host that ssh reaches, on this machine: it says how.
.PHONY: mininet-host mininet-host-stop
mininet-host: $(installed)
	@sh testbed/labs/install-packages.sh $(mininet_packages)
	@[ -d /lib/modules ] || mkdir /lib/modules
	@node testbed/labs/mininet-driver/host/main.ts up

mininet-host-stop: $(installed)
	@node testbed/labs/mininet-driver/host/main.ts down

# The labs beyond sim bring what they need here.
setup-labs: $(installed)
	@sh testbed/labs/install-packages.sh $(netns_packages) $(mininet_packages) debootstrap chromium fonts-dejavu-core python3-pandas
	@[ -d /lib/modules ] || mkdir /lib/modules
	@$(MAKE) --no-print-directory docker-engine
	@node testbed/labs/docker/main.ts image
	@node testbed/cli/labs-here.ts

# A Docker engine that leaves the machine's network alone, where none answers; what runs is left alone.
.PHONY: docker-engine docker-engine-stop
docker-engine: $(installed)
	@test -S /var/run/docker.sock || command -v dockerd >/dev/null || sh testbed/labs/install-packages.sh docker.io
	@node testbed/labs/docker/main.ts start

# Its images stay in /var/lib/ropewalk-engine.
docker-engine-stop: $(installed)
	@node testbed/labs/docker/main.ts stop

# Hole punching: each pair of boxes, seed by seed; resumable.

clean:
	rm -rf node_modules dist reports/runs

# `npm ci` refuses a lockfile when a registry lacks another platform's optional package.
$(installed): package.json package-lock.json
	npm install --no-save --no-audit --no-fund --loglevel=error
	@touch $@
