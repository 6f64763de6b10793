/**
 * The Mininet script of a rig: its nodes as hosts, its cables as links. What TCLink can say of a
 * direction it says; the rest is told to the kernel by whoever runs the script, and so are MAC addresses
 * and MTUs, for which Mininet would start eight commands a link. It prints where its hosts are, and ends
 * when its descriptor 3 is closed elsewhere.
 */

import { nsPerMs } from '../../../src/base/time.ts';
import type { Rig, RigNode } from '../../plan/rig.ts';
import type { RigDevice } from '../../plan/rig-devices.ts';
import type { RigQdisc } from '../../plan/rig-shaping.ts';

/** What Mininet calls netem's and htb's settings. */
export interface TrafficControl {
  readonly delay?: string;
  readonly jitter?: string;
  /** In percent. */
  readonly loss?: number;
  readonly max_queue_size?: number;
}

export function mininetScript(rig: Rig): string {
  const names = new Map(rig.nodes.map(({ node }, at) => [node, `h${at}`]));
  const hosts = rig.nodes.map(
    ({ node, namespace }) =>
      `${names.get(node)} = net.addHost(${py(namespace)}, cls=Box)  # ${comment(node)}`,
  );
  const links = rig.cables.map(({ link, ends }) => {
    const [near, far] = ends.map((end) => ({ ...end, own: deviceAt(rig, end) }));
    const sides = [near!, far!].flatMap(({ device, own }, at) => [
      `intfName${at + 1}=${py(device)}, addr${at + 1}=None`,
      `params${at + 1}=${pyDict(trafficControlOf(own.qdiscs) ?? {})}`,
    ]);
    const [one, other] = [names.get(near!.node), names.get(far!.node)];
    return `net.addLink(${one}, ${other}, cls=Cable, cls1=Side, cls2=Side, ${sides.join(', ')})  # ${comment(link)}`;
  });
  return `${head(rig.runId)}${[...hosts, ...links].join('\n')}\n${tail}`;
}

/** Undefined: more is asked for than TCLink can say, and who runs the script says it afterwards. */
export function trafficControlOf(qdiscs: readonly RigQdisc[]): TrafficControl | undefined {
  const [only, ...others] = qdiscs.map(({ discipline }) => discipline);
  if (only?.kind !== 'netem' || others.length > 0) return undefined;
  const { delayNs, jitterNs, loss, duplicateRatio, corruptRatio, keepsOrder, limitFrames } = only;
  const isPlain = duplicateRatio === 0 && corruptRatio === 0 && !keepsOrder;
  if (!isPlain || loss.model === 'gilbert-elliott') return undefined;
  return {
    delay: `${delayNs / nsPerMs}ms`,
    ...(jitterNs > 0 && { jitter: `${jitterNs / nsPerMs}ms` }),
    ...(loss.model === 'independent' && { loss: loss.ratio * 100 }),
    max_queue_size: limitFrames,
  };
}

/** What is left for whoever runs the script: TCLink has said the others. */
export function withoutTrafficControl(node: RigNode): RigNode {
  const devices = node.devices.map((device) =>
    trafficControlOf(device.qdiscs) === undefined ? device : { ...device, qdiscs: [] },
  );
  return { ...node, devices };
}

function deviceAt({ nodes }: Rig, end: { node: string; device: string }): RigDevice {
  const node = nodes.find((one) => one.node === end.node)!;
  return node.devices.find(({ device }) => device === end.device)!;
}

/**
 * Mininet would raise limits of the whole machine, which are not ours to change. The rest is for slow
 * machines, where each command takes a tenth of a second: Mininet's classes as they are, but for words
 * that need no command.
 */
function head(runId: string): string {
  return `"""Ropewalk's run ${runId}."""
import json
import os
import subprocess
import sys
import termios
if sys.version_info < (3, 12) and '_distutils_hack' in sys.modules:
    # Mininet compares two versions by distutils; that of setuptools takes half a second to load.
    sys.modules['_distutils_hack'].remove_shim()
from mininet.link import TCIntf, TCLink
from mininet.net import Mininet
from mininet.node import Host

Mininet.inited = True
net = Mininet(controller=None, build=False)
cables = []
lines = {}

class Box(Host):
    "A host whose shell is told nothing once it runs: its prompt and that it keeps no history it knows."
    def _popen(self, words, **more):
        if words[2:4] == ['env', 'PS1=' + chr(127)]:
            words = words[:2] + words[4:]
            more['env'] = dict(os.environ, PS1=chr(127), HISTFILE='')
        return Host._popen(self, words, **more)

    def cmd(self, *words, **more):
        if words != ('unset HISTFILE; stty -echo; set +m',):
            return Host.cmd(self, *words, **more)
        modes = termios.tcgetattr(self.slave)
        modes[3] &= ~termios.ECHO
        termios.tcsetattr(self.slave, termios.TCSANOW, modes)
        return ''

class Cable(TCLink):
    "Its pair is made with all others, in one command."
    @classmethod
    def makeIntfPair(cls, name1, name2, addr1, addr2, node1, node2, deleteIntfs):
        ends = (name1, node1.pid, name2, node2.pid)
        cables.append('link add name %s netns %s type veth peer name %s netns %s' % ends)

class Side(TCIntf):
    "The end of a new cable: it has no queue yet; its card is set, and set up, by who runs this."
    def cmd(self, *words, **more):
        isSetElsewhere = words[0] == 'ifconfig' or words[0].startswith('ethtool')
        return '' if isSetElsewhere else TCIntf.cmd(self, *words, **more)

    def tc(self, line, tc='tc'):
        if 'qdisc show' in line:
            return 'noqueue'
        lines.setdefault(self.node, []).append((line % ('', self)).strip())
        return ''

`;
}

/** A host whose shell was ended before can't be told anything: Mininet would wait for it. */
const tail = `made = subprocess.run(['ip', '-batch', '-'], input='\\n'.join(cables), capture_output=True, text=True)
if made.returncode != 0:
    sys.exit('ip: ' + made.stderr)
for host, own in lines.items():
    said = host.cmd("printf '%s\\\\n' " + ' '.join("'" + line + "'" for line in own) + ' | tc -batch -')
    if said.strip():
        sys.exit('tc: ' + said)
print(json.dumps({host.name: host.pid for host in net.hosts}), flush=True)
open(3).read()
for host in net.hosts:
    if host.shell.poll() is None:
        host.terminate()
`;

/** JSON's strings and numbers are Python's. */
function py(value: string | number): string {
  return JSON.stringify(value);
}

function pyDict(control: TrafficControl): string {
  return `{${Object.entries(control)
    .map(([key, value]) => `${py(key)}: ${py(value as string | number)}`)
    .join(', ')}}`;
}

function comment(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?');
}
