/** What the verbs themselves refuse, and why; the rooms below have tables of their own. */
export const commandErrorCodes = {
  'access-gate-missing':
    'The packet filter of an access switch took its rules and has them not; no port comes up.',
  'access-settings': 'An access switch was given settings that it can’t have.',
  'access-tool-failed':
    'A tool of the system that an access switch needs refused what it was told.',
  'access-tool-missing': 'A tool of the system that an access switch needs is not there.',
  'bad-link-rule': 'A file of rules for `links` has a line that is no rule; its place is shown.',
  'broken-baseline': 'A file of references is no JSON, or lacks something; its place is shown.',
  'build-failed': 'What `--build` says failed in a tree that was checked out.',
  'capture-not-writable': 'The file that a capture should go to cannot be written.',
  'command-line': 'The words after `ropewalk` are not a command that it knows.',
  'damaged-file': 'A file that an earlier run left is cut off, or not what its name says.',
  'disk-full': 'There is no room for a file of the run; finished samples are kept.',
  'file-exists': '`init` does not write over files that are there.',
  'folder-in-use': 'Another run is writing into the folder for results.',
  'folder-not-ours': 'The folder for results holds files that no run wrote.',
  'folder-not-writable': 'The folder for results cannot be made or written.',
  'lab-not-calibrated': '`calibrate` was asked to measure a lab of virtual time.',
  'link-kept': '`links use` named an application, a socket or a link that there is not.',
  'links-need-rights':
    'Moving sockets of other processes takes rights, or a tool, that are not here.',
  'merge-into-shard': '`merge` would write its result over one of the shards.',
  'no-history': '`history` was asked for a scenario of which no runs are kept.',
  'no-references': '`baseline check` without a name found no references.',
  'no-result': 'The folder that `baseline` is to read holds no result.',
  'needs-linux': 'What was asked for is done by calls that only Linux has.',
  'no-repository': '`ab` and `bisect` check out revisions of a git repository, and there is none.',
  'no-scenarios': 'The folder to list holds no YAML files, or is not there.',
  'no-shards': '`merge` found no finished shard where it was to look.',
  'not-bisectable': '`bisect` found its good end not good, or its bad end not bad.',
  'resume-mismatch': '`--resume` found samples of another scenario, seed, lab or version.',
  'same-name':
    'Two files or results of one command have one name, and one would replace the other.',
  'shard-missing': '`merge` did not find all shards of a run.',
  'shard-twice': '`merge` found one shard of a run in two folders.',
  'shards-differ': 'The shards that `merge` found are not of one run.',
  'nothing-differs':
    'Two sides are compared, and the scenario says nowhere what differs between them: {tree} or {command}.',
  'side-failed': 'One of the two sides that are compared could not be run at all.',
  'upgrade-kept':
    '`upgrade` asked for a switch that did not happen; the service runs on as before.',
  'unreadable-capture':
    '`trace` was given a file that is no capture, or holds nothing of what was asked for.',
  'unknown-lab': '`--lab` names a lab that there is not.',
  'unknown-revision': '`ab` and `bisect` name a revision that the repository has not.',
  'unknown-transport': '`onload` was given a transport for TCP or UDP that there is not.',
  'unknown-schema': '`schema` prints the schema of a scenario or of a topology.',
  'unreadable-span': '`sweep --over` is not a key with values.',
  'unusable-result': 'A reference cannot be made of a result that is not whole.',
} as const satisfies Readonly<Record<string, string>>;

/** Faults of Ropewalk itself, found by its own checks: exit 70. */
export const faultCodes = {
  'keeper-failed': 'The process that keeps a lab up ended before it could say why.',
  'ledger-taken': 'The ledger of a new run is held by somebody else.',
  'link-not-ready': 'A device of a lab in real time had no carrier in time.',
  'namespace-left': 'Code meant for one network namespace would have gone on outside of it.',
  'nft-refused':
    'The rules of a NAT box of the kernel were refused by nft; its words are in the message.',
  'namespace-taken': 'A new run found a network namespace that has the name of one of its own.',
  'hub-failed': 'The process that carries links and NAT boxes in real time ended.',
  'address-in-use': 'A program was to bind or lease a port that somebody has already.',
  'interface-daemon-gone':
    'A program needs the interface daemon of its node, which is not there, or is there no more.',
  'interface-exists': 'A program was to make an interface whose name its node has already.',
  'not-faked':
    'Programs that rehearse, before anything counts, asked for what the rehearsal does not have.',
  'unreadable-change': 'What the connection manager told the stack could not be read again.',
  'no-link': 'A program speaks by the first link of its node, which has none.',
  'no-source-address':
    'A program was to send to a group of a family of which its link has no address.',
  'no-free-port': 'A program asked for any port, and all are taken.',
  'no-connection-manager':
    'A verb of `links` needs the connection manager, which does not run here.',
  'no-kernel-mptcp':
    "A program asked for MPTCP of its node's kernel, which would not be told of addresses.",
  'no-socket-unit': 'A service or a verb needs the socket unit, which does not run or ended.',
  'no-such-interface': 'A program asked for an interface that its node does not have.',
  'not-a-group': 'A program joined an address that is not a multicast group.',
  'not-our-address': 'A program was to bind an address that its node does not have.',
  'plan-inconsistent': 'A plan refers to something that it does not hold.',
  'socket-unit-runs': 'A socket unit of that name runs already in this network namespace.',
  'system-call': 'The kernel refused a call; the message has the call, the reason and its errno.',
  'time-stands-still': 'Something in virtual time wakes again and again at one moment.',
  'upgrade-refused': 'A process was to become a service, and the unit or its source refused.',
  'too-many-leases': 'More ports were asked for than the filter of a ring can hold.',
  'unreadable-order': 'The interface daemon was started without an order that it can read.',
  'wrong-setting': 'A program was given settings that the plan should not have written.',
} as const satisfies Readonly<Record<string, string>>;
